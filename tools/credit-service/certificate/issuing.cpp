// SPDX-License-Identifier: Apache-2.0
#include "tools/credit-service/certificate/issuing.hpp"

#include "daemon/base/moment.hpp"
#include "daemon/credential/secured.hpp"
#include "daemon/crypto/hasher.hpp"

namespace greentill::credit {

Result<std::unique_ptr<CertificateSigner>> CertificateSigner::make(std::string_view certificate, std::string_view key) {
  const auto leaf = crypto::Certificate::leaf_from(certificate);
  if (!leaf) return Failure{leaf.error()};
  if (!leaf->has_usage(crypto::kTreeSigningUsage)) {
    return fail(ErrorCode::denied, "the certificate's extended key usage lacks " + std::string(crypto::kTreeSigningUsage) +
                                       ": greentill-credit ca issue FOLDER trees gives one that has it");
  }
  auto chain = crypto::ders_of(leaf->path_to_pem());
  if (!chain) return Failure{chain.error()};
  if (chain->size() > credential::kMaxChain)
    return fail(ErrorCode::invalid, "more than 3 authorities stand behind the signer's certificate");
  for (const crypto::CertificateDer& one : *chain) {
    if (one.size() > credential::kMaxCertificateBytes)
      return fail(ErrorCode::invalid, "a certificate of the signer's file is larger than 4,096 bytes");
  }
  auto signer = crypto::Signer::from(key, *leaf);
  if (!signer) return Failure{signer.error()};
  return std::unique_ptr<CertificateSigner>(new CertificateSigner(*leaf, std::move(*chain), std::move(*signer)));
}

Result<std::string> CertificateSigner::issue(const credential::TreeCertificate& certificate) {
  if (Status sound = credential::check(certificate); !sound) return Failure{sound.error()};
  const std::string json = credential::to_json(certificate);
  if (json.size() > credential::kMaxCertificateJson)
    return fail(ErrorCode::invalid, "the certificate's JSON is larger than 512 KiB: issue several");
  return secure(json, certificate.issued_at);
}

Result<std::string> CertificateSigner::sign(const credential::StatusList& list) {
  if (Status sound = credential::check(list); !sound) return Failure{sound.error()};
  return secure(credential::to_json(list), list.valid_from);
}

Result<std::string> CertificateSigner::secure(std::string_view json, std::int64_t at) {
  if (at < certificate_.not_before() || at > certificate_.not_after()) {
    return fail(ErrorCode::denied, "the signer's certificate is valid from " + utc_text(certificate_.not_before()) + " to " +
                                       utc_text(certificate_.not_after()) + ", not at " + utc_text(at));
  }
  const Digest digest = credential::digest_to_sign(crypto::hasher(), certificate_.thumbprint(), as_bytes(json));
  claim::Signature signature{};
  {
    const std::scoped_lock lock(mutex_);
    if (!signer_.sign(digest, signature)) return fail(ErrorCode::bug, "the key cannot sign now");
  }
  const std::vector<ByteView> chain(chain_.begin(), chain_.end());
  return credential::encode_secured(certificate_.thumbprint(), chain, as_bytes(json), signature);
}

}  // namespace greentill::credit
