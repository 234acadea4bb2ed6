// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <atomic>
#include <utility>
#include <vector>

#include "daemon/base/file.hpp"
#include "daemon/base/hex.hpp"
#include "daemon/crypto/certificate.hpp"
#include "daemon/crypto/hasher.hpp"
#include "daemon/identity/identity.hpp"

namespace greentill::identity {
namespace {

constexpr std::size_t kMostBytes = 1u << 20;

Status accept(const crypto::Certificate& certificate, const crypto::Authority& trusted) {
  const std::string name = "the certificate '" + certificate.common_name() + "' ";
  if (!certificate.has_usage(crypto::kReceiptSigningUsage)) {
    return fail(ErrorCode::denied,
                name + "may not sign receipts; it needs the extended key usage " + std::string(crypto::kReceiptSigningUsage));
  }
  // A device may come up with a clock that was never set, and receipts must still be taken.
  if (const auto defects = trusted.defects(certificate, std::nullopt); !defects.empty()) {
    return fail(ErrorCode::denied, name + "is not accepted: " + to_words(defects, {}));
  }
  return Done{};
}

class LoadedTrust final : public ReceiptTrust {
 public:
  LoadedTrust(std::filesystem::path authorities, std::filesystem::path certificates)
      : authorities_(std::move(authorities)), file_(std::move(certificates)) {}

  Status reload() override {
    LoadedTrust anew(authorities_, file_);
    if (Status loaded = anew.load_files(); !loaded) return loaded;
    signers_ = std::move(anew.signers_);
    not_after_ = anew.not_after_.load();
    return Done{};
  }

  Status load_files() {
    const std::filesystem::path& authorities = authorities_;
    const std::filesystem::path& certificates = file_;
    const auto trusted_pem = read_file(authorities, kMostBytes);
    if (!trusted_pem) return Failure{trusted_pem.error()};
    const auto trusted = crypto::Authority::from_pem(*trusted_pem);
    if (!trusted) return Failure{trusted.error().with_context(authorities.string())};
    const auto pem = read_file(certificates, kMostBytes);
    if (!pem) return Failure{pem.error()};
    const auto all = crypto::Certificate::all_from_pem(*pem);
    if (!all) return Failure{all.error().with_context(certificates.string())};
    for (const crypto::Certificate& certificate : *all) {
      if (Status added = add(certificate, *trusted); !added) return Failure{added.error().with_context(certificates.string())};
    }
    return Done{};
  }

  Status verify(const claim::Message& message) override {
    for (auto& [thumbprint, verifier] : signers_) {
      if (thumbprint != message.thumbprint) continue;
      if (claim::verify_message(crypto::hasher(), *verifier, message)) return Done{};
      return fail(ErrorCode::denied, "the signature is not that of the certificate it names, " + to_hex(message.thumbprint));
    }
    return fail(ErrorCode::not_found, "signed under the certificate with the SHA-256 " + to_hex(message.thumbprint) +
                                          ", which is not in " + file_.string() + " (uplink.receipt_certificates)");
  }

  [[nodiscard]] std::int64_t not_after() const override { return not_after_; }

 private:
  Status add(const crypto::Certificate& certificate, const crypto::Authority& trusted) {
    if (Status accepted = accept(certificate, trusted); !accepted) return accepted;
    auto verifier = certificate.make_verifier();
    if (!verifier) return Failure{verifier.error()};
    signers_.emplace_back(certificate.thumbprint(), std::move(*verifier));
    not_after_ = std::max(not_after_.load(), certificate.not_after());
    return Done{};
  }

  const std::filesystem::path authorities_;
  const std::filesystem::path file_;
  std::atomic<std::int64_t> not_after_{0};
  std::vector<std::pair<Digest, std::unique_ptr<claim::Verifier>>> signers_;
};

}  // namespace

Result<std::unique_ptr<ReceiptTrust>> ReceiptTrust::load(const std::filesystem::path& authorities,
                                                         const std::filesystem::path& certificates) {
  auto trust = std::make_unique<LoadedTrust>(authorities, certificates);
  if (Status loaded = trust->load_files(); !loaded) return Failure{loaded.error()};
  return std::unique_ptr<ReceiptTrust>(std::move(trust));
}

}  // namespace greentill::identity
