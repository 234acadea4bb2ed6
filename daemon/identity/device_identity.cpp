// SPDX-License-Identifier: Apache-2.0
#include <utility>

#include "daemon/base/file.hpp"
#include "daemon/crypto/certificate.hpp"
#include "daemon/crypto/hasher.hpp"
#include "daemon/crypto/secret_file.hpp"
#include "daemon/crypto/signer.hpp"
#include "daemon/identity/identity.hpp"

namespace greentill::identity {
namespace {

class LoadedIdentity final : public DeviceIdentity {
 public:
  LoadedIdentity(crypto::Certificate certificate, crypto::Signer signer, std::unique_ptr<claim::Verifier> verifier)
      : certificate_(std::move(certificate)), signer_(std::move(signer)), verifier_(std::move(verifier)) {}

  [[nodiscard]] const std::string& device_id() const override { return certificate_.common_name(); }
  [[nodiscard]] const Digest& thumbprint() const override { return certificate_.thumbprint(); }
  [[nodiscard]] std::int64_t not_before() const override { return certificate_.not_before(); }
  [[nodiscard]] std::int64_t not_after() const override { return certificate_.not_after(); }
  [[nodiscard]] const crypto::Certificate& certificate() const override { return certificate_; }
  [[nodiscard]] bool has_signed(const claim::Message& message) override {
    return claim::verify_message(crypto::hasher(), *verifier_, message);
  }
  claim::Signer& signer() override { return signer_; }

 private:
  crypto::Certificate certificate_;
  crypto::Signer signer_;
  std::unique_ptr<claim::Verifier> verifier_;
};

Result<crypto::Certificate> load_certificate(const std::filesystem::path& path) {
  const auto content = read_file(path, 1u << 20);
  if (!content) return Failure{content.error()};
  auto certificate = crypto::Certificate::leaf_from(*content);
  if (!certificate) return Failure{certificate.error().with_context(path.string())};
  if (!claim::is_device_id(certificate->common_name())) {
    return fail(ErrorCode::invalid, path.string() + ": its common name '" + certificate->common_name() +
                                        "' is no device id; that is 1 to 40 of a to z, 0 to 9 and hyphen");
  }
  return certificate;
}

}  // namespace

Result<std::unique_ptr<DeviceIdentity>> DeviceIdentity::load(const std::filesystem::path& key,
                                                             const std::filesystem::path& certificate) {
  const auto secret = crypto::read_secret(key);
  if (!secret) return Failure{secret.error()};
  auto leaf = load_certificate(certificate);
  if (!leaf) return Failure{leaf.error()};
  auto signer = crypto::Signer::from(secret->text(), *leaf);
  if (!signer) return Failure{signer.error().with_context(key.string() + ", of the certificate " + certificate.string())};
  auto verifier = leaf->make_verifier();
  if (!verifier) return Failure{verifier.error()};
  return std::unique_ptr<DeviceIdentity>(
      std::make_unique<LoadedIdentity>(std::move(*leaf), std::move(*signer), std::move(*verifier)));
}

}  // namespace greentill::identity
