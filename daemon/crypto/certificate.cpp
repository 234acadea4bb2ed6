// SPDX-License-Identifier: Apache-2.0
#include <openssl/pem.h>

#include <algorithm>
#include <ctime>

#include "daemon/crypto/certificate.hpp"
#include "daemon/crypto/key_verifier.hpp"
#include "daemon/crypto/owned.hpp"
#include "daemon/crypto/pem_certificates.hpp"
#include "daemon/crypto/pem_text.hpp"
#include "daemon/crypto/points.hpp"

namespace greentill::crypto {
namespace {

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

using OwnedObject = Owned<ASN1_OBJECT, ASN1_OBJECT_free>;
using OwnedUsages = Owned<EXTENDED_KEY_USAGE, EXTENDED_KEY_USAGE_free>;

/// The one common name of a name; empty where it has none or several.
std::string one_common_name(const X509_NAME* name) {
  const int index = X509_NAME_get_index_by_NID(name, NID_commonName, -1);
  if (index < 0 || X509_NAME_get_index_by_NID(name, NID_commonName, index) >= 0) return {};
  unsigned char* text = nullptr;
  const int size = ASN1_STRING_to_UTF8(&text, X509_NAME_ENTRY_get_data(X509_NAME_get_entry(name, index)));
  if (size < 0) return {};
  const Owned<unsigned char, [](unsigned char* p) { OPENSSL_free(p); }> owner(text);
  return {reinterpret_cast<const char*>(text), static_cast<std::size_t>(size)};
}

std::string pem_of(X509* certificate) {
  const OwnedBio bio(BIO_new(BIO_s_mem()));
  PEM_write_bio_X509(bio.get(), certificate);
  char* data = nullptr;
  const long size = BIO_get_mem_data(bio.get(), &data);
  return {data, static_cast<std::size_t>(size)};
}

/// Of the key as the certificate has it.
bool hash_of_key(X509* certificate, Digest& into) {
  unsigned char* der = nullptr;
  const int length = i2d_X509_PUBKEY(X509_get_X509_PUBKEY(certificate), &der);
  const bool hashed =
      length > 0 && EVP_Digest(der, static_cast<std::size_t>(length), into.data(), nullptr, EVP_sha256(), nullptr) == 1;
  OPENSSL_free(der);
  return hashed;
}

}  // namespace

std::string name_of(const X509_NAME* name) {
  std::string common = one_common_name(name);
  if (!common.empty()) return common;
  const OwnedBio bio(BIO_new(BIO_s_mem()));
  X509_NAME_print_ex(bio.get(), name, 0, XN_FLAG_ONELINE & ~ASN1_STRFLGS_ESC_MSB);
  char* data = nullptr;
  const long size = BIO_get_mem_data(bio.get(), &data);
  return {data, static_cast<std::size_t>(size)};
}

Result<std::vector<std::shared_ptr<X509>>> read_pem(std::string_view pem) {
  if (Status plain = check_plain_pem(pem); !plain) return Failure{plain.error()};
  const OwnedBio bio = read_from(pem);
  std::vector<std::shared_ptr<X509>> found;
  while (X509* one = PEM_read_bio_X509(bio.get(), nullptr, nullptr, nullptr)) found.emplace_back(one, X509_free);
  if (!at_end_of_pem()) return openssl_failure(ErrorCode::invalid, "the PEM text holds a damaged certificate");
  ERR_clear_error();
  if (found.empty()) return fail(ErrorCode::invalid, "the PEM text holds no certificate");
  return found;
}

Result<Certificate> Certificate::adopt(std::shared_ptr<x509_st> certificate) {
  Result<Certificate> result = adopt_any(std::move(certificate));
  if (!result || is_p256(result->key_.get())) return result;
  return fail(ErrorCode::invalid, "the certificate's key is not on P-256, which ES256 needs");
}

Result<Certificate> Certificate::adopt_any(std::shared_ptr<x509_st> certificate) {
  Certificate result;
  result.key_ = {X509_get_pubkey(certificate.get()), EVP_PKEY_free};
  if (!result.key_) return openssl_failure(ErrorCode::invalid, "the certificate's key cannot be read");
  if (!to_unix(X509_get0_notBefore(certificate.get()), result.not_before_) ||
      !to_unix(X509_get0_notAfter(certificate.get()), result.not_after_)) {
    return openssl_failure(ErrorCode::invalid, "the certificate's validity cannot be read");
  }
  if (X509_digest(certificate.get(), EVP_sha256(), result.thumbprint_.data(), nullptr) != 1) {
    return openssl_failure(ErrorCode::bug, "OpenSSL cannot hash the certificate");
  }
  if (!hash_of_key(certificate.get(), result.key_hash_)) {
    return openssl_failure(ErrorCode::bug, "OpenSSL cannot hash the certificate's key");
  }
  result.common_name_ = one_common_name(X509_get_subject_name(certificate.get()));
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
  const auto behind =
      std::stable_partition(found->begin(), found->end(), [](const auto& one) { return !is_authority(one.get()); });
  const bool only_authorities = behind == found->begin();
  const auto end = only_authorities ? found->end() : behind;
  const auto issuers = std::make_shared<const std::vector<std::shared_ptr<X509>>>(behind, found->end());
  std::vector<Certificate> certificates;
  for (auto one = found->begin(); one != end; ++one) {
    Result<Certificate> certificate = adopt(std::move(*one));
    if (!certificate) {
      return Failure{certificate.error().with_context("certificate " + std::to_string(certificates.size() + 1))};
    }
    certificate->issuers_ = issuers;
    certificates.push_back(std::move(*certificate));
  }
  return certificates;
}

Result<Certificate> Certificate::leaf_from(std::string_view pem_or_der) {
  if (pem_or_der.find("-----BEGIN") == std::string_view::npos && !is_utf16(pem_or_der)) return from_der(as_bytes(pem_or_der));
  Result<std::vector<std::shared_ptr<X509>>> found = read_pem(pem_or_der);
  if (!found) return Failure{found.error()};
  if (found->size() > 1 && is_authority(found->front().get())) {
    return fail(ErrorCode::invalid, "the first certificate is the authority's '" +
                                        name_of(X509_get_subject_name(found->front().get())) +
                                        "'; the device's own goes first, its issuers' behind it");
  }
  Result<Certificate> leaf = adopt(found->front());
  if (leaf) leaf->issuers_ = std::make_shared<const std::vector<std::shared_ptr<X509>>>(found->begin() + 1, found->end());
  return leaf;
}

Result<Certificate> Certificate::authority_from(std::string_view pem_or_der) {
  std::shared_ptr<X509> one;
  if (pem_or_der.find("-----BEGIN") == std::string_view::npos && !is_utf16(pem_or_der)) {
    const ByteView der = as_bytes(pem_or_der);
    const unsigned char* cursor = der.data();
    one = {d2i_X509(nullptr, &cursor, static_cast<long>(der.size())), X509_free};
    if (!one || cursor != der.data() + der.size()) {
      return openssl_failure(ErrorCode::invalid, "these bytes are not one DER certificate");
    }
  } else {
    const auto found = read_pem(pem_or_der);
    if (!found) return Failure{found.error()};
    if (found->size() > 1) return fail(ErrorCode::invalid, "the PEM text holds more than one certificate");
    one = found->front();
  }
  if (!is_authority(one.get())) return fail(ErrorCode::invalid, "it is no authority's certificate");
  return adopt_any(std::move(one));
}

std::string Certificate::issuer() const { return name_of(X509_get_issuer_name(certificate_.get())); }

bool Certificate::is_self_signed() const { return X509_self_signed(certificate_.get(), 0) == 1; }

bool Certificate::may_be_client() const {
  return (X509_get_extension_flags(certificate_.get()) & EXFLAG_XKUSAGE) == 0 || has_usage(kClientUsage);
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

std::string Certificate::to_pem() const { return pem_of(certificate_.get()); }

std::vector<std::uint8_t> Certificate::to_der() const {
  unsigned char* der = nullptr;
  const int size = i2d_X509(certificate_.get(), &der);
  const Owned<unsigned char, [](unsigned char* p) { OPENSSL_free(p); }> owner(der);
  return size > 0 ? std::vector<std::uint8_t>(der, der + size) : std::vector<std::uint8_t>();
}

bool Certificate::may_issue() const { return is_authority(certificate_.get()); }

std::string Certificate::path_to_pem() const {
  std::string pem = to_pem();
  if (issuers_ == nullptr) return pem;
  for (const auto& issuer : *issuers_) pem += pem_of(issuer.get());
  return pem;
}

Result<std::unique_ptr<claim::Verifier>> Certificate::make_verifier() const { return verifier_of(key_); }

}  // namespace greentill::crypto
