// SPDX-License-Identifier: Apache-2.0
// A signer that makes its own key and certificate, for tests. What cannot be made or read throws std::runtime_error, which ends
// the test that asked for it.
#pragma once

#include <string>

#include "daemon/claim/crypto.hpp"
#include "daemon/crypto/signer.hpp"

namespace greentill::test {

class TestSigner final : public claim::Signer {
 public:
  enum class Is { device, authority };
  /// A fresh key with a self-signed certificate of ten years.
  explicit TestSigner(const std::string& common_name = "test-device", Is is = Is::device);
  /// A fresh key with a certificate that the authority issued.
  TestSigner(const std::string& common_name, const TestSigner& authority);
  /// A key (PKCS#8 or SEC 1) and the certificate that goes with it.
  TestSigner(std::string key_pem, std::string certificate_pem);

  [[nodiscard]] Digest thumbprint() const noexcept override { return signer_.thumbprint(); }
  [[nodiscard]] bool sign(const Digest& digest, claim::Signature& out) noexcept override { return signer_.sign(digest, out); }

  [[nodiscard]] const std::string& key_pem() const { return pems_.key; }
  [[nodiscard]] const std::string& certificate_pem() const { return pems_.certificate; }
  [[nodiscard]] crypto::Certificate certificate() const;
  /// The public key alone, as who has no certificate shows it.
  [[nodiscard]] std::string public_key_pem() const;

 private:
  struct Pems {
    std::string key;
    std::string certificate;
  };
  static Pems make(const std::string& common_name, Is is, const TestSigner* authority);
  explicit TestSigner(Pems pems);

  Pems pems_;
  crypto::Signer signer_;
};

}  // namespace greentill::test
