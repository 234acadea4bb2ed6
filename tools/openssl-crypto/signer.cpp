// SPDX-License-Identifier: Apache-2.0
#include <openssl/ecdsa.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <string>

#include "tools/openssl-crypto/openssl_signer.hpp"
#include "tools/openssl-crypto/owned.hpp"
#include "tools/openssl-crypto/verifier.hpp"

namespace greentill::openssl {
namespace {

using OwnedCertificate = Owned<X509, X509_free>;
using OwnedObject = Owned<ASN1_OBJECT, ASN1_OBJECT_free>;
using OwnedUsages = Owned<EXTENDED_KEY_USAGE, EXTENDED_KEY_USAGE_free>;
using OwnedSignature = Owned<ECDSA_SIG, ECDSA_SIG_free>;

constexpr std::size_t kMaxDerBytes = 72;

bool names_usage(const X509* certificate, const std::string& usage) {
  const OwnedObject wanted(OBJ_txt2obj(usage.c_str(), 1));
  const OwnedUsages usages(static_cast<EXTENDED_KEY_USAGE*>(X509_get_ext_d2i(certificate, NID_ext_key_usage, nullptr, nullptr)));
  if (!wanted || !usages) return false;
  for (int i = 0; i < sk_ASN1_OBJECT_num(usages.get()); ++i) {
    if (OBJ_cmp(sk_ASN1_OBJECT_value(usages.get(), i), wanted.get()) == 0) return true;
  }
  return false;
}

}  // namespace

Result<Signer> Signer::from_pem(std::string_view key_pem, std::string_view certificate_pem, std::string_view usage) {
  std::shared_ptr<EVP_PKEY> key(PEM_read_bio_PrivateKey(read_from(key_pem).get(), nullptr, nullptr, nullptr), EVP_PKEY_free);
  if (!key || !is_p256(key.get())) return openssl_failure(ErrorCode::invalid, "the key cannot be read as a P-256 key in PEM");
  const OwnedCertificate certificate(PEM_read_bio_X509(read_from(certificate_pem).get(), nullptr, nullptr, nullptr));
  if (!certificate) return openssl_failure(ErrorCode::invalid, "the certificate cannot be read as PEM");
  if (X509_check_private_key(certificate.get(), key.get()) != 1) {
    return openssl_failure(ErrorCode::invalid, "the key and the certificate do not belong together");
  }
  if (!usage.empty() && !names_usage(certificate.get(), std::string(usage))) {
    return openssl_failure(ErrorCode::denied, "the certificate's extended key usage lacks " + std::string(usage));
  }
  Digest thumbprint{};
  if (X509_digest(certificate.get(), EVP_sha256(), thumbprint.data(), nullptr) != 1) {
    return openssl_failure(ErrorCode::bug, "OpenSSL cannot hash the certificate");
  }
  return Signer(std::move(key), thumbprint);
}

bool Signer::sign(const Digest& digest, claim::Signature& out) noexcept {
  const OwnedKeyContext context(EVP_PKEY_CTX_new(key_.get(), nullptr));
  Bytes<kMaxDerBytes> der{};
  std::size_t size = der.size();
  if (!context || EVP_PKEY_sign_init(context.get()) != 1 ||
      EVP_PKEY_sign(context.get(), der.data(), &size, digest.data(), digest.size()) != 1) {
    ERR_clear_error();
    return false;
  }
  const unsigned char* cursor = der.data();
  const OwnedSignature pair(d2i_ECDSA_SIG(nullptr, &cursor, static_cast<long>(size)));
  return pair && BN_bn2binpad(ECDSA_SIG_get0_r(pair.get()), out.data(), 32) == 32 &&
         BN_bn2binpad(ECDSA_SIG_get0_s(pair.get()), out.data() + 32, 32) == 32;
}

}  // namespace greentill::openssl
