// SPDX-License-Identifier: Apache-2.0
#include "tools/credit-service/certificate/loading.hpp"

#include "daemon/base/file.hpp"
#include "daemon/crypto/secret_file.hpp"

namespace greentill::credit {
namespace {
constexpr std::size_t kMostPem = 1u << 20;
}

Result<std::unique_ptr<CertificateSigner>> load_certificate_signer(const std::filesystem::path& certificate,
                                                                   const std::filesystem::path& key) {
  const auto pem = read_file(certificate, kMostPem);
  if (!pem) return Failure{pem.error()};
  const auto secret = crypto::read_secret(key);
  if (!secret) return Failure{secret.error()};
  return CertificateSigner::make(*pem, secret->text());
}

Certifying certifying(Counter& counter) {
  const TreesConfig& trees = counter.config.trees;
  return {counter.trees,
          counter.holders,
          counter.accounts,
          credential::Programme{trees.url, trees.name},
          TreeDuty{trees.duty, static_cast<std::uint32_t>(trees.duty_least), static_cast<std::uint32_t>(trees.duty_most)},
          counter.now};
}

}  // namespace greentill::credit
