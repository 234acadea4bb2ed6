// SPDX-License-Identifier: Apache-2.0
#include "tools/credit-service/cli/named_signer.hpp"

#include <utility>

#include "daemon/crypto/secret_file.hpp"
#include "tools/credit-service/cli/registry_change.hpp"

namespace greentill::credit {

Result<NamedSigner> load_signer_for(std::string_view usage, std::string_view what_for, const Given& given) {
  const auto pem = read_named(given["certificate"]);
  if (!pem) return Failure{pem.error()};
  const auto certificate = crypto::Certificate::leaf_from(*pem);
  if (!certificate) return Failure{certificate.error().with_context(given["certificate"])};
  if (!certificate->has_usage(usage)) {
    return fail(ErrorCode::denied, given["certificate"] + ": the certificate's extended key usage lacks " + std::string(usage) +
                                       ", " + std::string(what_for));
  }
  const auto key = crypto::read_secret(given["key"]);
  if (!key) return Failure{key.error()};
  auto signer = crypto::Signer::from(key->text(), *certificate);
  if (!signer) return Failure{signer.error().with_context(given["key"])};
  return NamedSigner{std::move(*signer), certificate->key_hash()};
}

}  // namespace greentill::credit
