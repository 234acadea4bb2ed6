// SPDX-License-Identifier: Apache-2.0
// Signs certificates of trees, and the lists of their states, as credentials that `greentill verify` reads without network.
// docs/tree-certificate.md. Threads: safe from any thread.
#pragma once

#include <memory>
#include <mutex>
#include <string>
#include <string_view>

#include "daemon/credential/status_list.hpp"
#include "daemon/credential/tree_certificate.hpp"
#include "daemon/crypto/certs_only_reader.hpp"
#include "daemon/crypto/signer.hpp"

namespace greentill::credit {

class CertificateSigner {
 public:
  /// `certificate`: PEM, the signer's with its issuers behind it, as `greentill-credit ca issue FOLDER trees` writes it; `key`:
  /// PEM. invalid where they cannot be used together; denied where the certificate lacks the usage.
  static Result<std::unique_ptr<CertificateSigner>> make(std::string_view certificate, std::string_view key);

  /// The secured credential (application/vc+cose). Two signatures over the same differ: sign once, and store it. invalid, naming
  /// the member, where the certificate does not hold together; denied where the signer's own certificate is not valid at
  /// `issued_at`, which every verifier would refuse.
  Result<std::string> issue(const credential::TreeCertificate& certificate);
  /// Likewise of a list, at `valid_from`.
  Result<std::string> sign(const credential::StatusList& list);

 private:
  CertificateSigner(crypto::Certificate certificate, std::vector<crypto::CertificateDer> chain, crypto::Signer signer)
      : certificate_(std::move(certificate)), chain_(std::move(chain)), signer_(std::move(signer)) {}
  Result<std::string> secure(std::string_view json, std::int64_t at);

  const crypto::Certificate certificate_;
  const std::vector<crypto::CertificateDer> chain_;
  std::mutex mutex_;  // of the signer
  crypto::Signer signer_;
};

}  // namespace greentill::credit
