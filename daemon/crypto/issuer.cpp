// SPDX-License-Identifier: Apache-2.0
#include "daemon/crypto/issuer.hpp"

#include <openssl/ec.h>
#include <openssl/pem.h>

#include <algorithm>

#include "daemon/crypto/drafts.hpp"
#include "daemon/crypto/owned.hpp"
#include "daemon/crypto/pem_certificates.hpp"
#include "daemon/crypto/points.hpp"
#include "daemon/crypto/private_keys.hpp"

namespace greentill::crypto {
namespace {

using OwnedKey = Owned<EVP_PKEY, EVP_PKEY_free>;
using OwnedSecureBio = Owned<BIO, BIO_free_all>;

Failure<Error> refused(const char* what) { return openssl_failure(ErrorCode::bug, std::string("OpenSSL makes no ") + what); }

Result<Secret> key_to_pem(const EVP_PKEY* key) {
  const OwnedSecureBio bio(BIO_new(BIO_s_secmem()));
  if (!bio || PEM_write_bio_PKCS8PrivateKey(bio.get(), key, nullptr, nullptr, 0, nullptr, nullptr) != 1) {
    return refused("text of a key");
  }
  char* data = nullptr;
  const long size = BIO_get_mem_data(bio.get(), &data);
  return Secret(as_bytes({data, static_cast<std::size_t>(size)}));
}

OwnedKey make_key() { return OwnedKey(EVP_EC_gen(kP256)); }

}  // namespace

Result<Issuer> Issuer::from(std::string_view text, const Certificate& certificate) {
  if (!certificate.may_issue()) {
    return fail(ErrorCode::invalid, "the certificate of \"" + certificate.common_name() + "\" is no authority's");
  }
  auto key = read_private_key(text, certificate.certificate_.get());
  if (!key) return Failure{key.error()};
  return Issuer(std::move(*key), certificate);
}

Result<Certificate> Issuer::certify(X509* draft, EVP_PKEY* subject_key, X509* issuer, EVP_PKEY* issuer_key) {
  const bool itself = draft == issuer;
  const bool made = X509_set_pubkey(draft, subject_key) == 1 && X509_set_issuer_name(draft, X509_get_subject_name(issuer)) == 1 &&
                    add_extension(draft, NID_subject_key_identifier, "hash") &&
                    (itself || add_extension(draft, NID_authority_key_identifier, "keyid:always", issuer)) &&
                    X509_sign(draft, issuer_key, EVP_sha256()) > 0;
  if (!made) return refused("certificate");
  X509_up_ref(draft);
  return Certificate::adopt({draft, X509_free});
}

Result<NewAuthority> Issuer::make_root(const std::string& name, int path, std::int64_t not_before, std::int64_t not_after) {
  if (Status ready = set_up_secure_heap(); !ready) return Failure{ready.error()};
  const OwnedKey key = make_key();
  const OwnedCertificate draft = draft_of(name, not_before, not_after);
  if (!key || !draft || !add_authority_extensions(draft.get(), path)) return refused("authority");
  auto certificate = certify(draft.get(), key.get(), draft.get(), key.get());
  if (!certificate) return Failure{certificate.error()};
  auto pem = key_to_pem(key.get());
  if (!pem) return Failure{pem.error()};
  return NewAuthority{std::move(*pem), std::move(*certificate)};
}

Result<NewAuthority> Issuer::make_authority(const std::string& name, std::int64_t not_before, std::int64_t not_after) const {
  const OwnedKey key = make_key();
  const OwnedCertificate draft = draft_of(name, not_before, std::min(not_after, certificate_.not_after()));
  if (!key || !draft || !add_authority_extensions(draft.get(), 0)) return refused("authority");
  auto certificate = certify(draft.get(), key.get(), certificate_.certificate_.get(), key_.get());
  if (!certificate) return Failure{certificate.error()};
  auto pem = key_to_pem(key.get());
  if (!pem) return Failure{pem.error()};
  return NewAuthority{std::move(*pem), std::move(*certificate)};
}

Result<Certificate> Issuer::certify_authority(const Certificate& other, int path, std::int64_t not_before,
                                              std::int64_t not_after) const {
  const OwnedCertificate draft = draft_of(other.common_name(), not_before, std::min(not_after, certificate_.not_after()));
  X509* subject = other.certificate_.get();
  if (!draft || X509_set_subject_name(draft.get(), X509_get_subject_name(subject)) != 1 ||
      !add_authority_extensions(draft.get(), path)) {
    return refused("authority");
  }
  return certify(draft.get(), X509_get0_pubkey(subject), certificate_.certificate_.get(), key_.get());
}

Result<Certificate> Issuer::certify_itself() const {
  const OwnedCertificate draft = draft_of(certificate_.common_name(), certificate_.not_before(), certificate_.not_after());
  if (!draft || X509_set_subject_name(draft.get(), X509_get_subject_name(certificate_.certificate_.get())) != 1 ||
      !add_authority_extensions(draft.get(), 0)) {
    return refused("authority");
  }
  return certify(draft.get(), key_.get(), draft.get(), key_.get());
}

Result<Certificate> Issuer::issue(const CertificateRequest& request, const CertificateTerms& terms) const {
  const OwnedCertificate draft =
      draft_of(terms.common_name, terms.not_before, std::min(terms.not_after, certificate_.not_after()));
  if (!draft || !add_end_entity_extensions(draft.get(), terms)) {
    return openssl_failure(ErrorCode::invalid, "a certificate for \"" + terms.common_name + "\" cannot say what it was to say");
  }
  auto certificate = certify(draft.get(), request.key_.get(), certificate_.certificate_.get(), key_.get());
  if (!certificate) return certificate;
  std::vector<std::shared_ptr<X509>> path;
  if (!certificate_.is_self_signed()) path.push_back(certificate_.certificate_);
  certificate->issuers_ = std::make_shared<const std::vector<std::shared_ptr<X509>>>(std::move(path));
  return certificate;
}

bool Issuer::issued(const Certificate& certificate) const {
  X509* one = certificate.certificate_.get();
  const X509* own = certificate_.certificate_.get();
  const bool is_named = X509_NAME_cmp(X509_get_issuer_name(one), X509_get_subject_name(own)) == 0;
  const bool is_signed = is_named && X509_verify(one, key_.get()) == 1;
  ERR_clear_error();
  return is_signed;
}

Status Issuer::add_revoked(X509_CRL* list, const RevokedCertificate& one) {
  Owned<X509_REVOKED, X509_REVOKED_free> entry(X509_REVOKED_new());
  const Owned<ASN1_TIME, ASN1_TIME_free> at(ASN1_TIME_set(nullptr, one.at));
  const Owned<ASN1_ENUMERATED, ASN1_ENUMERATED_free> reason(ASN1_ENUMERATED_new());
  const bool made = entry && at && reason && ASN1_ENUMERATED_set(reason.get(), static_cast<long>(one.reason)) == 1 &&
                    X509_REVOKED_set_serialNumber(entry.get(), X509_get_serialNumber(one.certificate.certificate_.get())) == 1 &&
                    X509_REVOKED_set_revocationDate(entry.get(), at.get()) == 1 &&
                    X509_REVOKED_add1_ext_i2d(entry.get(), NID_crl_reason, reason.get(), 0, 0) == 1 &&
                    X509_CRL_add0_revoked(list, entry.get()) == 1;
  if (!made) return refused("entry of a list of revoked certificates");
  (void)entry.release();
  return Done{};
}

Result<std::string> Issuer::revoked_list(const std::vector<RevokedCertificate>& revoked, std::int64_t this_update,
                                         std::int64_t next_update) const {
  const Owned<X509_CRL, X509_CRL_free> list(X509_CRL_new());
  const Owned<ASN1_TIME, ASN1_TIME_free> from(ASN1_TIME_set(nullptr, this_update));
  const Owned<ASN1_TIME, ASN1_TIME_free> to(ASN1_TIME_set(nullptr, next_update));
  const Owned<ASN1_INTEGER, ASN1_INTEGER_free> number(ASN1_INTEGER_new());
  X509* own = certificate_.certificate_.get();
  bool made = list && from && to && number && X509_CRL_set_version(list.get(), X509_CRL_VERSION_2) == 1 &&
              X509_CRL_set_issuer_name(list.get(), X509_get_subject_name(own)) == 1 &&
              X509_CRL_set1_lastUpdate(list.get(), from.get()) == 1 && X509_CRL_set1_nextUpdate(list.get(), to.get()) == 1 &&
              ASN1_INTEGER_set_int64(number.get(), this_update) == 1;
  X509V3_CTX context;
  X509V3_set_ctx(&context, own, nullptr, nullptr, list.get(), 0);
  const Owned<X509_EXTENSION, X509_EXTENSION_free> identifier(
      X509V3_EXT_conf_nid(nullptr, &context, NID_authority_key_identifier, "keyid:always"));
  made = made && identifier && X509_CRL_add_ext(list.get(), identifier.get(), -1) == 1 &&
         X509_CRL_add1_ext_i2d(list.get(), NID_crl_number, number.get(), 0, 0) == 1;
  if (!made) return refused("list of revoked certificates");
  for (const RevokedCertificate& one : revoked) {
    if (!issued(one.certificate)) continue;
    if (Status added = add_revoked(list.get(), one); !added) return Failure{added.error()};
  }
  const OwnedBio bio(BIO_new(BIO_s_mem()));
  if (X509_CRL_sort(list.get()) != 1 || X509_CRL_sign(list.get(), key_.get(), EVP_sha256()) <= 0 ||
      PEM_write_bio_X509_CRL(bio.get(), list.get()) != 1) {
    return refused("list of revoked certificates");
  }
  char* data = nullptr;
  const long size = BIO_get_mem_data(bio.get(), &data);
  return std::string(data, static_cast<std::size_t>(size));
}

}  // namespace greentill::crypto
