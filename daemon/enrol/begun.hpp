// SPDX-License-Identifier: Apache-2.0
// An enrolment in the device's folder, whichever way its request travels: the key and what else is kept until the device is in
// service. Each step is durable before the next, and a run that was cut off goes on with the same key and code. Private to
// daemon/enrol. Threads: one.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "daemon/base/descriptor.hpp"
#include "daemon/crypto/certs_only_reader.hpp"
#include "daemon/enrol/enrolment.hpp"

namespace greentill::enrol {

class Begun {
 public:
  explicit Begun(const Means& means) : means_(means), files_(means.slots) {}

  /// Makes the folder ready, and keeps other programs from it as long as this lives. The certificate in use is known then.
  Status open();
  [[nodiscard]] const std::optional<crypto::Certificate>& in_use() const { return in_use_; }
  /// Whether the identity in use is the device's and has not ended; conflict where it is another device's.
  Result<bool> in_service(const std::string& device) const;
  /// Goes on with what an earlier run left for this device and server, or begins. `server`: empty where none is asked.
  Status take_up(const std::string& device, const std::string& server);
  /// Goes on with what an earlier run left; not_found where nothing is there.
  Status take_up();
  /// The key of the enrolment: that of an identity that ended, the one that was begun with, or a new one.
  Status have_key();
  /// The code that was given before, or is given now.
  Result<crypto::Secret> have_code();
  /// Keeps the authorities that a person has confirmed.
  Status keep_anchors(const std::vector<crypto::CertificateDer>& all);
  /// Reads those that were kept; false where there are none.
  bool load_anchors();
  /// What an earlier run wrote before it was cut off.
  Result<crypto::Certificate> stored_certificate() const;
  Status store_certificate(const std::string& pem) const { return means_.slots.store_certificate(slot_, pem); }
  Status promote() const { return means_.slots.promote(slot_); }
  /// The enrolment is over.
  Result<Enrolled> finish(crypto::Certificate certificate, bool was_already, std::optional<std::string> clock) const;

  [[nodiscard]] const crypto::Secret& key() const { return key_; }
  [[nodiscard]] const Digest& key_hash() const { return key_hash_; }
  [[nodiscard]] const std::string& anchors() const { return anchors_; }
  [[nodiscard]] const StateFiles& files() const { return files_; }
  [[nodiscard]] EnrolmentState& state() { return state_; }

 private:
  [[nodiscard]] bool holds_key(identity::Slot slot) const;

  const Means& means_;
  StateFiles files_;
  Descriptor lock_;
  std::optional<crypto::Certificate> in_use_;
  EnrolmentState state_;
  bool begins_anew_ = false;
  identity::Slot slot_ = identity::Slot::a;
  crypto::Secret key_;
  Digest key_hash_{};
  std::string anchors_;
};

/// Which of the typed groups differ where most of them agree: then something was mistyped, and it is no other server. `right`:
/// crypto::fingerprint_of(). Begins with ". ", or is empty.
[[nodiscard]] std::string mistyped(std::string_view typed, const std::string& right);

}  // namespace greentill::enrol
