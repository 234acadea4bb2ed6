// SPDX-License-Identifier: Apache-2.0
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <ctime>

#include "daemon/crypto/certificate.hpp"
#include "daemon/crypto/key_verifier.hpp"
#include "daemon/crypto/owned.hpp"
#include "daemon/crypto/points.hpp"

namespace greentill::crypto {
namespace {

std::string common_name_of(const X509* certificate) {
  const X509_NAME* subject = X509_get_subject_name(certificate);
  const int index = X509_NAME_get_index_by_NID(subject, NID_commonName, -1);
  if (index < 0 || X509_NAME_get_index_by_NID(subject, NID_commonName, index) >= 0) return {};
  unsigned char* text = nullptr;
  const int size = ASN1_STRING_to_UTF8(&text, X509_NAME_ENTRY_get_data(X509_NAME_get_entry(subject, index)));
  if (size < 0) return {};
  const Owned<unsigned char, [](unsigned char* p) { OPENSSL_free(p); }> owner(text);
  return {reinterpret_cast<const char*>(text), static_cast<std::size_t>(size)};
}

bool to_unix(const ASN1_TIME* time, std::int64_t& out) {
  std::tm parts{};
  if (ASN1_TIME_to_tm(time, &parts) != 1) return false;
  out = timegm(&parts);
  return true;
}

// Whether OpenSSL's last error says that the PEM text has no further certificate.
bool at_end_of_pem() {
  const unsigned long error = ERR_peek_last_error();
  return ERR_GET_LIB(error) == ERR_LIB_PEM && ERR_GET_REASON(error) == PEM_R_NO_START_LINE;
}

Result<std::vector<std::shared_ptr<X509>>> read_pem(std::string_view pem) {
  const OwnedBio bio = read_from(pem);
  std::vector<std::shared_ptr<X509>> found;
  while (X509* one = PEM_read_bio_X509(bio.get(), nullptr, nullptr, nullptr)) found.emplace_back(one, X509_free);
  if (!at_end_of_pem()) return openssl_failure(ErrorCode::invalid, "the PEM text holds a damaged certificate");
  ERR_clear_error();
  if (found.empty()) return fail(ErrorCode::invalid, "the PEM text holds no certificate");
  return found;
}

using OwnedObject = Owned<ASN1_OBJECT, ASN1_OBJECT_free>;
using OwnedUsages = Owned<EXTENDED_KEY_USAGE, EXTENDED_KEY_USAGE_free>;

bool may_sign(X509* certificate) { return (X509_get_key_usage(certificate) & KU_DIGITAL_SIGNATURE) != 0; }

}  // namespace

Result<Certificate> Certificate::adopt(std::shared_ptr<x509_st> certificate) {
  Certificate result;
  result.key_ = {X509_get_pubkey(certificate.get()), EVP_PKEY_free};
  if (!result.key_ || !is_p256(result.key_.get())) {
    return openssl_failure(ErrorCode::invalid, "the certificate's key is not on P-256, which ES256 needs");
  }
  if (!to_unix(X509_get0_notBefore(certificate.get()), result.not_before_) ||
      !to_unix(X509_get0_notAfter(certificate.get()), result.not_after_)) {
    return openssl_failure(ErrorCode::invalid, "the certificate's validity cannot be read");
  }
  if (X509_digest(certificate.get(), EVP_sha256(), result.thumbprint_.data(), nullptr) != 1) {
    return openssl_failure(ErrorCode::bug, "OpenSSL cannot hash the certificate");
  }
  result.common_name_ = common_name_of(certificate.get());
  result.certificate_ = std::move(certificate);
  return result;
}

Result<Certificate> Certificate::from_der(ByteView der) {
  const unsigned char* cursor = der.data();
  std::shared_ptr<X509> certificate(d2i_X509(nullptr, &cursor, static_cast<long>(der.size())), X509_free);
  if (!certificate || cursor != der.data() + der.size()) {
    return openssl_failure(ErrorCode::invalid, "these bytes are not one DER certificate");
  }
  return adopt(std::move(certificate));
}

Result<std::vector<Certificate>> Certificate::all_from_pem(std::string_view pem) {
  Result<std::vector<std::shared_ptr<X509>>> found = read_pem(pem);
  if (!found) return Failure{found.error()};
  std::vector<Certificate> certificates;
  for (std::shared_ptr<X509>& one : *found) {
    Result<Certificate> certificate = adopt(std::move(one));
    if (!certificate) {
      return Failure{certificate.error().with_context("certificate " + std::to_string(certificates.size() + 1))};
    }
    certificates.push_back(std::move(*certificate));
  }
  return certificates;
}

Result<Certificate> Certificate::leaf_from(std::string_view pem_or_der) {
  if (pem_or_der.find("-----BEGIN") == std::string_view::npos) return from_der(as_bytes(pem_or_der));
  Result<std::vector<std::shared_ptr<X509>>> found = read_pem(pem_or_der);
  if (!found) return Failure{found.error()};
  return adopt(std::move(found->front()));
}

bool Certificate::has_usage(std::string_view oid) const {
  const OwnedObject wanted(OBJ_txt2obj(std::string(oid).c_str(), 1));
  const OwnedUsages usages(
      static_cast<EXTENDED_KEY_USAGE*>(X509_get_ext_d2i(certificate_.get(), NID_ext_key_usage, nullptr, nullptr)));
  if (!wanted || !usages) return false;
  for (int i = 0; i < sk_ASN1_OBJECT_num(usages.get()); ++i) {
    if (OBJ_cmp(sk_ASN1_OBJECT_value(usages.get(), i), wanted.get()) == 0) return true;
  }
  return false;
}

bool Certificate::same_key(const Certificate& other) const { return EVP_PKEY_eq(key_.get(), other.key_.get()) == 1; }

std::string Certificate::to_pem() const {
  const OwnedBio bio(BIO_new(BIO_s_mem()));
  PEM_write_bio_X509(bio.get(), certificate_.get());
  char* data = nullptr;
  const long size = BIO_get_mem_data(bio.get(), &data);
  return {data, static_cast<std::size_t>(size)};
}

Result<std::unique_ptr<claim::Verifier>> Certificate::make_verifier() const { return verifier_of(key_); }

Result<Authority> Authority::from_pem(std::string_view pem) {
  Result<std::vector<std::shared_ptr<X509>>> found = read_pem(pem);
  if (!found) return Failure{found.error()};
  Authority authority;
  authority.store_ = {X509_STORE_new(), X509_STORE_free};
  for (const std::shared_ptr<X509>& one : *found) {
    if (X509_STORE_add_cert(authority.store_.get(), one.get()) != 1) {
      return openssl_failure(ErrorCode::invalid, "the authority's certificate cannot be used");
    }
  }
  X509_STORE_set_flags(authority.store_.get(), X509_V_FLAG_PARTIAL_CHAIN);
  return authority;
}

Status Authority::check(const Certificate& certificate, std::optional<std::int64_t> at) const {
  if (!may_sign(certificate.certificate_.get())) {
    return fail(ErrorCode::denied, "the certificate's key usage does not include digitalSignature");
  }
  const Owned<X509_STORE_CTX, X509_STORE_CTX_free> context(X509_STORE_CTX_new());
  if (!context || X509_STORE_CTX_init(context.get(), store_.get(), certificate.certificate_.get(), nullptr) != 1) {
    return openssl_failure(ErrorCode::bug, "OpenSSL cannot check the certificate");
  }
  if (at) {
    X509_STORE_CTX_set_time(context.get(), 0, *at);
  } else {
    X509_STORE_CTX_set_flags(context.get(), X509_V_FLAG_NO_CHECK_TIME);
  }
  if (X509_verify_cert(context.get()) == 1) return Done{};
  const int reason = X509_STORE_CTX_get_error(context.get());
  ERR_clear_error();
  return fail(ErrorCode::denied, std::string("the certificate is not accepted: ") + X509_verify_cert_error_string(reason));
}

}  // namespace greentill::crypto
