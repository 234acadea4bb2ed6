// SPDX-License-Identifier: Apache-2.0
// The crypto port of daemon/claim on OpenSSL, for tests: an implementation that shares nothing with the daemon's mbedTLS.
// Whatever cannot be made or read throws std::runtime_error, which ends the test that asked for it.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "daemon/claim/crypto.hpp"

struct evp_pkey_st;

namespace greentill::test {

class OpensslHasher final : public claim::Hasher {
 public:
  [[nodiscard]] Digest sha256(std::initializer_list<ByteView> parts) const noexcept override;
  [[nodiscard]] Digest hmac_sha256(ByteView key, std::initializer_list<ByteView> parts) const noexcept override;
};

/// A P-256 key with its certificate. Copies share the key.
class OpensslSigner final : public claim::Signer {
 public:
  /// A fresh key with a self-signed certificate of ten years.
  explicit OpensslSigner(const std::string& common_name = "test-device");
  /// A key (PKCS#8 or SEC 1) and the certificate that goes with it.
  OpensslSigner(const std::string& key_pem, const std::string& certificate_pem);

  [[nodiscard]] Digest thumbprint() const noexcept override { return thumbprint_; }
  [[nodiscard]] bool sign(const Digest& digest, claim::Signature& out) noexcept override;

  [[nodiscard]] std::string key_pem() const;
  [[nodiscard]] const std::string& certificate_pem() const { return certificate_pem_; }

 private:
  std::shared_ptr<evp_pkey_st> key_;
  std::string certificate_pem_;
  Digest thumbprint_{};
};

class OpensslVerifier final : public claim::Verifier {
 public:
  static OpensslVerifier from_certificate(const std::string& pem);
  /// 0x04 ‖ x ‖ y, 65 bytes; nothing where that is no point of P-256.
  static std::optional<OpensslVerifier> from_point(ByteView uncompressed);

  [[nodiscard]] bool verify(const Digest& digest, const claim::Signature& signature) noexcept override;

 private:
  explicit OpensslVerifier(std::shared_ptr<evp_pkey_st> key) : key_(std::move(key)) {}
  std::shared_ptr<evp_pkey_st> key_;
};

/// r ‖ s of a DER signature; nothing where it is not canonical DER or a number does not fit 32 bytes.
std::optional<claim::Signature> signature_from_der(ByteView der);

}  // namespace greentill::test
