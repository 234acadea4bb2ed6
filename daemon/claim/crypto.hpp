// SPDX-License-Identifier: Apache-2.0
// The port through which hashes and signatures come in. The claim code knows no cryptographic library: daemon, service and
// command line bring OpenSSL (daemon/crypto), the tests mbedTLS as a second opinion, the firmware what its board has.
//
// An adapter's duties: SHA-256 (FIPS 180-4); HMAC (RFC 2104); ECDSA on P-256 (FIPS 186-4) over a digest computed by the caller,
// signatures as r ‖ s, 32 bytes each, big-endian (RFC 9053, 2.1). A verifier refuses r or s of zero or not below the group order
// and must not demand a low s. No call throws.
#pragma once

#include <initializer_list>

#include "daemon/base/bytes.hpp"

namespace greentill::claim {

using Signature = Bytes<64>;

/// Threads: const calls run concurrently.
class Hasher {
 public:
  virtual ~Hasher() = default;
  /// SHA-256 of the parts joined.
  [[nodiscard]] virtual Digest sha256(std::initializer_list<ByteView> parts) const noexcept = 0;
  /// HMAC-SHA-256 of the parts joined.
  [[nodiscard]] virtual Digest hmac_sha256(ByteView key, std::initializer_list<ByteView> parts) const noexcept = 0;
};

/// Threads: one signer a thread, unless the adapter says more.
class Signer {
 public:
  virtual ~Signer() = default;
  /// SHA-256 of the DER certificate that goes with the key: the x5t of what it signs (RFC 9360).
  [[nodiscard]] virtual Digest thumbprint() const noexcept = 0;
  /// False, with `out` untouched, where the key cannot be used now.
  [[nodiscard]] virtual bool sign(const Digest& digest, Signature& out) noexcept = 0;
};

/// Threads: one verifier a thread, unless the adapter says more.
class Verifier {
 public:
  virtual ~Verifier() = default;
  /// Whether the holder of the one key this verifier stands for signed the digest.
  [[nodiscard]] virtual bool verify(const Digest& digest, const Signature& signature) noexcept = 0;
};

}  // namespace greentill::claim
