// SPDX-License-Identifier: Apache-2.0
#include "tests/support/test_signer.hpp"

#include <openssl/pem.h>
#include <openssl/x509.h>

#include <stdexcept>
#include <utility>

#include "daemon/crypto/owned.hpp"

namespace greentill::test {
namespace {

[[noreturn]] void give_up(const std::string& what) { throw std::runtime_error("a test's signer: " + what); }

std::string drain(BIO* bio) {
  char* data = nullptr;
  const long size = BIO_get_mem_data(bio, &data);
  return {data, static_cast<std::size_t>(size)};
}

crypto::Owned<X509, X509_free> self_signed(EVP_PKEY* key, const std::string& common_name) {
  crypto::Owned<X509, X509_free> certificate(X509_new());
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
  if (X509_sign(x, key, EVP_sha256()) == 0) give_up("cannot sign the certificate");
  return certificate;
}

crypto::Certificate read(const std::string& certificate_pem) {
  auto certificate = crypto::Certificate::leaf_from(certificate_pem);
  if (!certificate) give_up(certificate.error().message);
  return std::move(*certificate);
}

crypto::Signer load(const std::string& key_pem, const std::string& certificate_pem) {
  auto signer = crypto::Signer::from(key_pem, read(certificate_pem));
  if (!signer) give_up(signer.error().message);
  return std::move(*signer);
}

}  // namespace

TestSigner::Pems TestSigner::make(const std::string& common_name) {
  const crypto::Owned<EVP_PKEY, EVP_PKEY_free> key(EVP_EC_gen("P-256"));
  if (!key) give_up("cannot make a key");
  const crypto::OwnedBio key_out(BIO_new(BIO_s_mem()));
  const crypto::OwnedBio certificate_out(BIO_new(BIO_s_mem()));
  PEM_write_bio_PrivateKey(key_out.get(), key.get(), nullptr, nullptr, 0, nullptr, nullptr);
  PEM_write_bio_X509(certificate_out.get(), self_signed(key.get(), common_name).get());
  return {drain(key_out.get()), drain(certificate_out.get())};
}

TestSigner::TestSigner(Pems pems) : pems_(std::move(pems)), signer_(load(pems_.key, pems_.certificate)) {}
TestSigner::TestSigner(const std::string& common_name) : TestSigner(make(common_name)) {}
TestSigner::TestSigner(std::string key_pem, std::string certificate_pem)
    : TestSigner(Pems{std::move(key_pem), std::move(certificate_pem)}) {}

crypto::Certificate TestSigner::certificate() const { return read(pems_.certificate); }

}  // namespace greentill::test
