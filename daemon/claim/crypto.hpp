// SPDX-License-Identifier: Apache-2.0
// The port through which hashes and signatures come in. The claim code knows no cryptographic library: daemon, service and
// command line use OpenSSL (daemon/crypto), the tests also mbedTLS as a second opinion, the firmware what its board has.
//
// What an adapter must do: SHA-256 (FIPS 180-4); HMAC (RFC 2104); ECDSA on P-256 (FIPS 186-4) over a digest that the caller
// computed, with signatures as r ‖ s, 32 bytes each, big-endian (RFC 9053, 2.1). A verifier refuses an r or s that is zero or not
// below the group order, and must not demand a low s. No call throws, and none keeps a view after it returns.
#pragma once

#include <initializer_list>

#include "daemon/base/bytes.hpp"

namespace greentill::claim {

/// r ‖ s, 32 bytes each, big-endian.
using Signature = Bytes<64>;

/// Hashes. It cannot fail: an adapter whose library has no SHA-256 stops the program. Threads: const calls run concurrently.
class Hasher {
 public:
  virtual ~Hasher() = default;
  /// SHA-256 of the parts as if they were one.
  [[nodiscard]] virtual Digest sha256(std::initializer_list<ByteView> parts) const noexcept = 0;
  /// HMAC-SHA-256, under a key of any length, of the parts as if they were one. What is computed of the key must not stay in
  /// memory.
  [[nodiscard]] virtual Digest hmac_sha256(ByteView key, std::initializer_list<ByteView> parts) const noexcept = 0;
};

/// Signs with one private key. Threads: one thread at a time, unless the adapter says more.
class Signer {
 public:
  virtual ~Signer() = default;
  /// SHA-256 of the DER certificate that goes with the key: the x5t of the messages it signs (RFC 9360).
  [[nodiscard]] virtual Digest thumbprint() const noexcept = 0;
  /// Signs a SHA-256 digest. False, with `out` untouched, where the key cannot be used now.
  [[nodiscard]] virtual bool sign(const Digest& digest, Signature& out) noexcept = 0;
};

/// Checks signatures of one public key. Threads: one thread at a time, unless the adapter says more.
class Verifier {
 public:
  virtual ~Verifier() = default;
  /// Whether the signature over the SHA-256 digest was made with this verifier's key.
  [[nodiscard]] virtual bool verify(const Digest& digest, const Signature& signature) noexcept = 0;
};

}  // namespace greentill::claim
