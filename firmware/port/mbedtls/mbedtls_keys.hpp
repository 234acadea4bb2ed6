// SPDX-License-Identifier: Apache-2.0
// The lock's key in software, on mbedTLS 2.28: for boards without a secure element, and for tests. The private key lies in a
// sector of its own; that nobody reads that sector over a debugger is the board's to see to (read-out protection). Signatures
// have the nonces of RFC 6979, so that one ride is the same bytes on every machine. Threads: one.
#pragma once

#include "firmware/core/once.hpp"
#include "firmware/core/ports.hpp"

namespace greentill::firmware {

class MbedtlsHasher final : public claim::Hasher {
 public:
  [[nodiscard]] Digest sha256(std::initializer_list<ByteView> parts) const noexcept override;
  [[nodiscard]] Digest hmac_sha256(ByteView key, std::initializer_list<ByteView> parts) const noexcept override;
};

class MbedtlsKeys final : public Keys {
 public:
  /// The sector is for the key alone.
  MbedtlsKeys(Flash& flash, std::uint32_t sector) : record_(flash, sector) {}

  [[nodiscard]] bool has_key() override;
  [[nodiscard]] bool generate_key(Entropy& entropy) override;
  [[nodiscard]] bool export_public_key(PublicPoint& out) override;
  [[nodiscard]] bool sign_hash(const Digest& digest, claim::Signature& out) override;
  [[nodiscard]] bool is_public_key(const PublicPoint& key) override;
  [[nodiscard]] bool verify_hash(const PublicPoint& key, const Digest& digest, const claim::Signature& signature) override;

 private:
  Once record_;
};

}  // namespace greentill::firmware
