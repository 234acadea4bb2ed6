// SPDX-License-Identifier: Apache-2.0
// The crypto port of daemon/claim on mbedTLS, for tests: a second opinion that shares nothing with daemon/crypto. Signatures have
// the nonces of RFC 6979. Whatever cannot be read throws std::runtime_error, which ends the test that asked for it.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "daemon/claim/crypto.hpp"

namespace greentill::test {

class MbedtlsHasher final : public claim::Hasher {
 public:
  [[nodiscard]] Digest sha256(std::initializer_list<ByteView> parts) const noexcept override;
  [[nodiscard]] Digest hmac_sha256(ByteView key, std::initializer_list<ByteView> parts) const noexcept override;
};

class MbedtlsSigner final : public claim::Signer {
 public:
  /// A P-256 key (PKCS#8 or SEC 1) and the certificate that goes with it, each PEM or DER.
  MbedtlsSigner(const std::string& key, const std::string& certificate);
  ~MbedtlsSigner() override;

  [[nodiscard]] Digest thumbprint() const noexcept override;
  [[nodiscard]] bool sign(const Digest& digest, claim::Signature& out) noexcept override;

 private:
  struct Key;
  std::unique_ptr<Key> key_;
};

class MbedtlsVerifier final : public claim::Verifier {
 public:
  static MbedtlsVerifier from_certificate(const std::string& pem);
  /// 0x04 ‖ x ‖ y, 65 bytes; nothing where that is no point of P-256.
  static std::optional<MbedtlsVerifier> from_point(ByteView uncompressed);

  [[nodiscard]] bool verify(const Digest& digest, const claim::Signature& signature) noexcept override;

 private:
  struct Key;
  explicit MbedtlsVerifier(std::shared_ptr<Key> key) : key_(std::move(key)) {}
  std::shared_ptr<Key> key_;
};

/// r ‖ s of a DER signature, whose numbers are read by mbedTLS; nothing where it is not canonical DER or a number does not fit 32
/// bytes.
std::optional<claim::Signature> signature_from_der(ByteView der);

}  // namespace greentill::test
