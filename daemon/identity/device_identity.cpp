// SPDX-License-Identifier: Apache-2.0
#include <atomic>
#include <list>
#include <mutex>
#include <utility>

#include "daemon/base/file.hpp"
#include "daemon/crypto/certificate.hpp"
#include "daemon/crypto/hasher.hpp"
#include "daemon/crypto/signer.hpp"
#include "daemon/identity/identity.hpp"
#include "daemon/identity/vault.hpp"

namespace greentill::identity {
namespace {

/// The device's key under the certificate that is in use now.
class OwnSigner final : public claim::Signer {
 public:
  OwnSigner(crypto::Signer signer, const std::atomic<const crypto::Certificate*>& current)
      : signer_(std::move(signer)), current_(current) {}
  [[nodiscard]] Digest thumbprint() const noexcept override { return current_.load()->thumbprint(); }
  [[nodiscard]] bool sign(const Digest& digest, claim::Signature& out) noexcept override { return signer_.sign(digest, out); }

 private:
  crypto::Signer signer_;
  const std::atomic<const crypto::Certificate*>& current_;
};

class LoadedIdentity final : public DeviceIdentity {
 public:
  LoadedIdentity(crypto::Certificate certificate, crypto::Signer signer, std::unique_ptr<claim::Verifier> verifier)
      : certificates_{std::move(certificate)},
        current_(&certificates_.front()),
        signer_(std::move(signer), current_),
        verifier_(std::move(verifier)) {}

  [[nodiscard]] const std::string& device_id() const override { return certificate().common_name(); }
  [[nodiscard]] const Digest& thumbprint() const override { return certificate().thumbprint(); }
  [[nodiscard]] std::int64_t not_before() const override { return certificate().not_before(); }
  [[nodiscard]] std::int64_t not_after() const override { return certificate().not_after(); }
  [[nodiscard]] const crypto::Certificate& certificate() const override { return *current_; }
  Status renewed(const crypto::Certificate& by) override {
    if (!by.same_key(certificate()) || by.common_name() != device_id()) {
      return fail(ErrorCode::invalid, "the renewed certificate is of another key or device than the one in use");
    }
    const std::lock_guard lock(mutex_);
    certificates_.push_back(by);
    current_ = &certificates_.back();
    return Done{};
  }
  [[nodiscard]] bool has_signed(const claim::Message& message) override {
    return claim::verify_message(crypto::hasher(), *verifier_, message);
  }
  claim::Signer& signer() override { return signer_; }

 private:
  std::mutex mutex_;
  std::list<crypto::Certificate> certificates_;  // references to earlier ones stay good
  std::atomic<const crypto::Certificate*> current_;
  OwnSigner signer_;
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
                                                             const std::filesystem::path& certificate, const Vault& vault) {
  const auto secret = vault.read(key, kDeviceKeyName);
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
