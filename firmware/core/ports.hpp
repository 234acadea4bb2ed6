// SPDX-License-Identifier: Apache-2.0
// What a lock needs of its board, besides flash (flash.hpp) and a hash (daemon/claim/crypto.hpp). Handed in as references, which
// outlive the lock; none is owned through its port. Threads: one thread at a time, unless the port says more.
#pragma once

#include "daemon/base/bytes.hpp"
#include "daemon/claim/crypto.hpp"

namespace greentill::firmware {

/// A P-256 key as it is written: 0x04 ‖ x ‖ y.
using PublicPoint = Bytes<65>;

/// Bits that nobody can foretell: a hardware generator, conditioned.
class Entropy {
 public:
  /// False where the source failed its health test; `out` is not to be used then.
  [[nodiscard]] virtual bool fill(MutableBytes out) = 0;

 protected:
  ~Entropy() = default;
};

/// The lock's one key and what is done with keys, shaped like PSA's (psa_generate_key, psa_export_public_key, psa_sign_hash,
/// psa_verify_hash), so that a secure element is another adapter. The private key never leaves it; it is kept across power
/// failures. ECDSA on P-256 over a SHA-256 digest, signatures as of claim::Signature.
class Keys {
 public:
  /// Whether a whole key was made; it then stays so.
  [[nodiscard]] virtual bool has_key() = 0;
  /// Makes the key, once in a lock's life. False, with no key made, where there is one or the entropy failed; power that fails
  /// meanwhile leaves either no key or a whole one.
  [[nodiscard]] virtual bool generate_key(Entropy& entropy) = 0;
  /// False where there is no key, or the element does not answer; `out` is not to be used then.
  [[nodiscard]] virtual bool export_public_key(PublicPoint& out) = 0;
  /// False where there is no key, or the element does not answer; `out` is not to be used then.
  [[nodiscard]] virtual bool sign_hash(const Digest& digest, claim::Signature& out) = 0;
  /// Whether it is a point of the curve, so that a private key can belong to it.
  [[nodiscard]] virtual bool is_public_key(const PublicPoint& key) = 0;
  /// Whether that key made the signature. False for what is no point of the curve.
  [[nodiscard]] virtual bool verify_hash(const PublicPoint& key, const Digest& digest, const claim::Signature& signature) = 0;

 protected:
  ~Keys() = default;
};

/// SHA-256 of what comes piece by piece, as psa_hash_setup, update and finish.
class Sha256 {
 public:
  /// Begins anew, whatever was added before.
  virtual void begin() = 0;
  /// `piece` is needed during the call alone. Requires: begun.
  virtual void add(ByteView piece) = 0;
  /// The hash of all pieces since begin(), which has to come before another.
  [[nodiscard]] virtual Digest finish() = 0;

 protected:
  ~Sha256() = default;
};

/// What the board warns of before its supply is too low to go on: a comparator some tenths of a volt above the brown-out reset.
/// docs/lock.md, "Power", says for how long the board must last from then on.
class Supply {
 public:
  /// Whether it is so now. Asked often: the answer must not wait for anything. It may turn back where the supply does.
  [[nodiscard]] virtual bool failing() = 0;

 protected:
  ~Supply() = default;
};

/// Resets the board where feed() was not called for some seconds; the boot part starts it, and nothing stops it. It must outlast
/// the longest erase and a signature.
class Watchdog {
 public:
  /// Puts the reset off for as long again.
  virtual void feed() = 0;

 protected:
  ~Watchdog() = default;
};

/// Why the board started. Published in docs/dock-link.md: one never changes its meaning.
enum class ResetReason : std::uint8_t {
  unknown = 0,
  power_on = 1,
  brown_out = 2,
  watchdog = 3,
  software = 4,
  pin = 5,
  fault = 6
};

/// The rest of the board.
class Board {
 public:
  /// Since this start; never goes back.
  [[nodiscard]] virtual std::uint64_t uptime_ms() = 0;
  /// As measured last.
  [[nodiscard]] virtual std::uint16_t battery_mv() = 0;
  /// Of this start; the same at each call.
  [[nodiscard]] virtual ResetReason reset_reason() = 0;

 protected:
  ~Board() = default;
};

}  // namespace greentill::firmware
