// SPDX-License-Identifier: Apache-2.0
#include "tests/support/openssl_crypto.hpp"

#include <openssl/bio.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/ecdsa.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/param_build.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include <algorithm>
#include <stdexcept>

namespace greentill::test {
namespace {

template <auto Free>
struct Deleter {
  template <typename T>
  void operator()(T* object) const {
    Free(object);
  }
};
template <typename T, auto Free>
using Owned = std::unique_ptr<T, Deleter<Free>>;
using OwnedBio = Owned<BIO, BIO_free_all>;
using OwnedCertificate = Owned<X509, X509_free>;
using OwnedSignature = Owned<ECDSA_SIG, ECDSA_SIG_free>;
using OwnedPkeyContext = Owned<EVP_PKEY_CTX, EVP_PKEY_CTX_free>;
using Key = std::shared_ptr<EVP_PKEY>;

[[noreturn]] void give_up(const char* what) { throw std::runtime_error(std::string("OpenSSL cannot ") + what); }

Key own(EVP_PKEY* key, const char* what) {
  if (key == nullptr) give_up(what);
  return {key, EVP_PKEY_free};
}

OwnedBio reader(const std::string& text) { return OwnedBio(BIO_new_mem_buf(text.data(), static_cast<int>(text.size()))); }

std::string drain(BIO* bio) {
  char* data = nullptr;
  const long size = BIO_get_mem_data(bio, &data);
  return {data, static_cast<std::size_t>(size)};
}

OwnedCertificate read_certificate(const std::string& pem) {
  OwnedCertificate certificate(PEM_read_bio_X509(reader(pem).get(), nullptr, nullptr, nullptr));
  if (!certificate) give_up("read the certificate");
  return certificate;
}

OwnedCertificate self_signed(EVP_PKEY* key, const std::string& common_name) {
  OwnedCertificate certificate(X509_new());
  X509* x = certificate.get();
  X509_set_version(x, X509_VERSION_3);
  ASN1_INTEGER_set(X509_get_serialNumber(x), 1);
  X509_gmtime_adj(X509_getm_notBefore(x), -3600);
  X509_gmtime_adj(X509_getm_notAfter(x), 10L * 365 * 24 * 3600);
  X509_NAME_add_entry_by_txt(X509_get_subject_name(x), "CN", MBSTRING_UTF8,
                             reinterpret_cast<const unsigned char*>(common_name.data()), static_cast<int>(common_name.size()), -1,
                             0);
  X509_set_issuer_name(x, X509_get_subject_name(x));
  X509_set_pubkey(x, key);
  if (X509_sign(x, key, EVP_sha256()) == 0) give_up("sign the certificate");
  return certificate;
}

std::string certificate_to_pem(X509* certificate) {
  const OwnedBio out(BIO_new(BIO_s_mem()));
  PEM_write_bio_X509(out.get(), certificate);
  return drain(out.get());
}

Digest thumbprint_of(X509* certificate) {
  Digest digest{};
  if (X509_digest(certificate, EVP_sha256(), digest.data(), nullptr) != 1) give_up("hash the certificate");
  return digest;
}

std::optional<claim::Signature> to_raw(const ECDSA_SIG* signature) {
  claim::Signature raw{};
  if (BN_bn2binpad(ECDSA_SIG_get0_r(signature), raw.data(), 32) != 32) return std::nullopt;
  if (BN_bn2binpad(ECDSA_SIG_get0_s(signature), raw.data() + 32, 32) != 32) return std::nullopt;
  return raw;
}

std::vector<unsigned char> to_der(const ECDSA_SIG* signature) {
  unsigned char* der = nullptr;
  const int size = i2d_ECDSA_SIG(signature, &der);
  const Owned<unsigned char, [](unsigned char* p) { OPENSSL_free(p); }> owner(der);
  if (size <= 0) return {};
  return {der, der + size};
}

}  // namespace

Digest OpensslHasher::sha256(std::initializer_list<ByteView> parts) const noexcept {
  Digest digest{};
  const Owned<EVP_MD_CTX, EVP_MD_CTX_free> context(EVP_MD_CTX_new());
  EVP_DigestInit_ex(context.get(), EVP_sha256(), nullptr);
  for (const ByteView part : parts) EVP_DigestUpdate(context.get(), part.data(), part.size());
  EVP_DigestFinal_ex(context.get(), digest.data(), nullptr);
  return digest;
}

Digest OpensslHasher::hmac_sha256(ByteView key, std::initializer_list<ByteView> parts) const noexcept {
  std::vector<std::uint8_t> message;
  for (const ByteView part : parts) message.insert(message.end(), part.begin(), part.end());
  Digest digest{};
  HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()), message.data(), message.size(), digest.data(), nullptr);
  return digest;
}

OpensslSigner::OpensslSigner(const std::string& common_name) : key_(own(EVP_EC_gen("P-256"), "make a key")) {
  const OwnedCertificate certificate = self_signed(key_.get(), common_name);
  certificate_pem_ = certificate_to_pem(certificate.get());
  thumbprint_ = thumbprint_of(certificate.get());
}

OpensslSigner::OpensslSigner(const std::string& key_pem, const std::string& certificate_pem)
    : key_(own(PEM_read_bio_PrivateKey(reader(key_pem).get(), nullptr, nullptr, nullptr), "read the key")),
      certificate_pem_(certificate_pem),
      thumbprint_(thumbprint_of(read_certificate(certificate_pem).get())) {}

bool OpensslSigner::sign(const Digest& digest, claim::Signature& out) noexcept {
  const OwnedPkeyContext context(EVP_PKEY_CTX_new(key_.get(), nullptr));
  Bytes<80> der{};
  std::size_t size = der.size();
  if (EVP_PKEY_sign_init(context.get()) != 1) return false;
  if (EVP_PKEY_sign(context.get(), der.data(), &size, digest.data(), digest.size()) != 1) return false;
  const std::optional<claim::Signature> raw = signature_from_der(ByteView(der).first(size));
  if (!raw) return false;
  out = *raw;
  return true;
}

std::string OpensslSigner::key_pem() const {
  const OwnedBio out(BIO_new(BIO_s_mem()));
  PEM_write_bio_PrivateKey(out.get(), key_.get(), nullptr, nullptr, 0, nullptr, nullptr);
  return drain(out.get());
}

OpensslVerifier OpensslVerifier::from_certificate(const std::string& pem) {
  return OpensslVerifier(own(X509_get_pubkey(read_certificate(pem).get()), "read the public key"));
}

std::optional<OpensslVerifier> OpensslVerifier::from_point(ByteView uncompressed) {
  const Owned<OSSL_PARAM_BLD, OSSL_PARAM_BLD_free> builder(OSSL_PARAM_BLD_new());
  OSSL_PARAM_BLD_push_utf8_string(builder.get(), OSSL_PKEY_PARAM_GROUP_NAME, "prime256v1", 0);
  OSSL_PARAM_BLD_push_octet_string(builder.get(), OSSL_PKEY_PARAM_PUB_KEY, uncompressed.data(), uncompressed.size());
  const Owned<OSSL_PARAM, OSSL_PARAM_free> parameters(OSSL_PARAM_BLD_to_param(builder.get()));
  const OwnedPkeyContext context(EVP_PKEY_CTX_new_from_name(nullptr, "EC", nullptr));
  EVP_PKEY* key = nullptr;
  if (EVP_PKEY_fromdata_init(context.get()) != 1) return std::nullopt;
  if (EVP_PKEY_fromdata(context.get(), &key, EVP_PKEY_PUBLIC_KEY, parameters.get()) != 1) return std::nullopt;
  return OpensslVerifier(own(key, "read the public key"));
}

bool OpensslVerifier::verify(const Digest& digest, const claim::Signature& signature) noexcept {
  const OwnedSignature pair(ECDSA_SIG_new());
  ECDSA_SIG_set0(pair.get(), BN_bin2bn(signature.data(), 32, nullptr), BN_bin2bn(signature.data() + 32, 32, nullptr));
  const std::vector<unsigned char> der = to_der(pair.get());
  const OwnedPkeyContext context(EVP_PKEY_CTX_new(key_.get(), nullptr));
  if (EVP_PKEY_verify_init(context.get()) != 1) return false;
  return EVP_PKEY_verify(context.get(), der.data(), der.size(), digest.data(), digest.size()) == 1;
}

std::optional<claim::Signature> signature_from_der(ByteView der) {
  const unsigned char* cursor = der.data();
  const OwnedSignature signature(d2i_ECDSA_SIG(nullptr, &cursor, static_cast<long>(der.size())));
  if (!signature) return std::nullopt;
  const std::vector<unsigned char> canonical = to_der(signature.get());
  if (!std::equal(canonical.begin(), canonical.end(), der.begin(), der.end())) return std::nullopt;
  if (BN_is_negative(ECDSA_SIG_get0_r(signature.get())) || BN_is_negative(ECDSA_SIG_get0_s(signature.get()))) return std::nullopt;
  return to_raw(signature.get());
}

}  // namespace greentill::test
