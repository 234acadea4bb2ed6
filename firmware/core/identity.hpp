// SPDX-License-Identifier: Apache-2.0
// Who a lock is and whom it believes: written once in its life, after being confirmed twice, and never changed. docs/lock.md,
// "Provisioning". The lock's key is apart from this (Keys): a lock has it before it has a name.
#pragma once

#include <optional>
#include <string_view>

#include "daemon/claim/keyed_message.hpp"
#include "daemon/claim/lock_ride.hpp"
#include "daemon/claim/signed_time.hpp"
#include "firmware/core/once.hpp"
#include "firmware/core/ports.hpp"

namespace greentill::firmware {

/// What a lock signs to show that it has the key: whoever asks says with what nonce.
[[nodiscard]] Digest possession_digest(const claim::Hasher& hasher, const claim::Nonce& nonce, const PublicPoint& point);

class Identity {
 public:
  /// In the flash's first sector, which is for this alone.
  Identity(Flash& flash, const claim::Hasher& hasher) : record_(flash, 0), hasher_(hasher) {}

  /// Reads what is there. To be called once after each start.
  void load();
  [[nodiscard]] bool provisioned() const { return id_size_ != 0; }
  /// Empty where it is not provisioned. Lifetime: this object's, until it is.
  [[nodiscard]] std::string_view id() const { return as_text(ByteView(id_).first(id_size_)); }
  /// The key that signs lock receipts and times for this lock.
  [[nodiscard]] const PublicPoint& trusted() const { return trusted_; }
  [[nodiscard]] claim::KeyId trusted_id() const { return claim::key_id(public_key_hash(hasher_, trusted_)); }

  /// The first 8 bytes of a hash of what was proposed, or of that and the lock's nonce.
  using Code = Bytes<8>;
  /// First step: what the lock is to become. The answer is the code that its technician must see to be that of the work order.
  /// Nothing where it is provisioned, the id is none, or the key is no point of the curve: a lock that was given such a one
  /// believed nobody, for ever.
  [[nodiscard]] std::optional<Code> propose(std::string_view id, const PublicPoint& trusted, Keys& keys);
  /// Second step: the same code said back. The answer is another, of this moment, for the last step.
  [[nodiscard]] std::optional<Code> confirm(const Code& code, Entropy& entropy);
  /// Last step: writes it. Irreversible. False where the code is not that of the step before (and all begins anew), or the flash
  /// does not take it.
  [[nodiscard]] bool commit(const Code& code);

 private:
  [[nodiscard]] bool write();

  Once record_;
  const claim::Hasher& hasher_;
  Bytes<claim::kMaxDeviceIdBytes> id_{};
  std::size_t id_size_ = 0;
  PublicPoint trusted_{};
  // What is proposed: until it is written it is nobody's name.
  Bytes<claim::kMaxDeviceIdBytes> proposed_id_{};
  std::size_t proposed_size_ = 0;
  PublicPoint proposed_trusted_{};
  enum class Step : std::uint8_t { none, proposed, confirmed } step_ = Step::none;
  Code expected_{};
};

}  // namespace greentill::firmware
