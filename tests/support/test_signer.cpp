// SPDX-License-Identifier: Apache-2.0
#include "tests/support/test_signer.hpp"

#include <openssl/pem.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

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

crypto::Owned<X509, X509_free> unsigned_certificate(EVP_PKEY* key, const std::string& common_name, bool is_authority) {
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
  if (!is_authority) return certificate;
  const crypto::Owned<X509_EXTENSION, X509_EXTENSION_free> constraints(
      X509V3_EXT_conf_nid(nullptr, nullptr, NID_basic_constraints, "critical,CA:TRUE"));
  if (!constraints || X509_add_ext(x, constraints.get(), -1) == 0) give_up("cannot make an authority");
  return certificate;
}

crypto::Owned<EVP_PKEY, EVP_PKEY_free> private_key(const std::string& pem) {
  const crypto::OwnedBio in = crypto::read_from(pem);
  return crypto::Owned<EVP_PKEY, EVP_PKEY_free>(PEM_read_bio_PrivateKey(in.get(), nullptr, nullptr, nullptr));
}

crypto::Owned<X509, X509_free> parsed(const std::string& pem) {
  const crypto::OwnedBio in = crypto::read_from(pem);
  return crypto::Owned<X509, X509_free>(PEM_read_bio_X509(in.get(), nullptr, nullptr, nullptr));
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

TestSigner::Pems TestSigner::make(const std::string& common_name, Is is, const TestSigner* authority) {
  const crypto::Owned<EVP_PKEY, EVP_PKEY_free> key(EVP_EC_gen("P-256"));
  if (!key) give_up("cannot make a key");
  const auto certificate = unsigned_certificate(key.get(), common_name, is == Is::authority);
  const auto issuer_key = authority == nullptr ? crypto::Owned<EVP_PKEY, EVP_PKEY_free>() : private_key(authority->key_pem());
  const auto issuer = authority == nullptr ? crypto::Owned<X509, X509_free>() : parsed(authority->certificate_pem());
  if (issuer) X509_set_issuer_name(certificate.get(), X509_get_subject_name(issuer.get()));
  if (X509_sign(certificate.get(), issuer_key ? issuer_key.get() : key.get(), EVP_sha256()) == 0) {
    give_up("cannot sign the certificate");
  }
  const crypto::OwnedBio key_out(BIO_new(BIO_s_mem()));
  const crypto::OwnedBio certificate_out(BIO_new(BIO_s_mem()));
  PEM_write_bio_PrivateKey(key_out.get(), key.get(), nullptr, nullptr, 0, nullptr, nullptr);
  PEM_write_bio_X509(certificate_out.get(), certificate.get());
  return {drain(key_out.get()), drain(certificate_out.get())};
}

TestSigner::TestSigner(Pems pems) : pems_(std::move(pems)), signer_(load(pems_.key, pems_.certificate)) {}
TestSigner::TestSigner(const std::string& common_name, Is is) : TestSigner(make(common_name, is, nullptr)) {}
TestSigner::TestSigner(const std::string& common_name, const TestSigner& authority)
    : TestSigner(make(common_name, Is::device, &authority)) {}
TestSigner::TestSigner(std::string key_pem, std::string certificate_pem)
    : TestSigner(Pems{std::move(key_pem), std::move(certificate_pem)}) {}

crypto::Certificate TestSigner::certificate() const { return read(pems_.certificate); }

std::string TestSigner::public_key_pem() const {
  const crypto::OwnedBio in(BIO_new_mem_buf(pems_.key.data(), static_cast<int>(pems_.key.size())));
  const crypto::Owned<EVP_PKEY, EVP_PKEY_free> key(PEM_read_bio_PrivateKey(in.get(), nullptr, nullptr, nullptr));
  const crypto::OwnedBio out(BIO_new(BIO_s_mem()));
  if (!key || PEM_write_bio_PUBKEY(out.get(), key.get()) != 1) give_up("cannot write the public key");
  return drain(out.get());
}

}  // namespace greentill::test
