// SPDX-License-Identifier: Apache-2.0
#include "daemon/crypto/public_key.hpp"

#include <openssl/pem.h>

#include "daemon/crypto/owned.hpp"
#include "daemon/crypto/points.hpp"

namespace greentill::crypto {

std::optional<PublicKey> PublicKey::adopt(EVP_PKEY* key) {
  ERR_clear_error();
  if (key == nullptr) return std::nullopt;
  PublicKey made;
  made.key_ = {key, EVP_PKEY_free};
  made.curve_ = curve_of(key);
  if (made.curve_.empty()) return std::nullopt;
  return made;
}

std::optional<PublicKey> PublicKey::from_pem(std::string_view pem) {
  return adopt(PEM_read_bio_PUBKEY(read_from(pem).get(), nullptr, nullptr, nullptr));
}

std::optional<PublicKey> PublicKey::from_der(ByteView der) {
  const unsigned char* cursor = der.data();
  auto key = adopt(d2i_PUBKEY(nullptr, &cursor, static_cast<long>(der.size())));
  return cursor == der.data() + der.size() ? key : std::nullopt;
}

std::optional<PublicKey> PublicKey::from_certificate(std::string_view pem) {
  const Owned<X509, X509_free> certificate(PEM_read_bio_X509(read_from(pem).get(), nullptr, nullptr, nullptr));
  return adopt(certificate ? X509_get_pubkey(certificate.get()) : nullptr);
}

std::optional<PublicKey> PublicKey::from_point(ByteView point, const char* curve) { return adopt(key_from_point(point, curve)); }

std::vector<std::uint8_t> PublicKey::point() const {
  unsigned char* encoded = nullptr;
  const std::size_t length = EVP_PKEY_get1_encoded_public_key(key_.get(), &encoded);
  std::vector<std::uint8_t> point(encoded, encoded + length);
  OPENSSL_free(encoded);
  ERR_clear_error();
  return point;
}

std::string PublicKey::to_pem() const {
  const OwnedBio bio(BIO_new(BIO_s_mem()));
  std::string pem;
  char* text = nullptr;
  if (bio && PEM_write_bio_PUBKEY(bio.get(), key_.get()) == 1) {
    const long size = BIO_get_mem_data(bio.get(), &text);
    if (size > 0) pem.assign(text, static_cast<std::size_t>(size));
  }
  ERR_clear_error();
  return pem;
}

bool PublicKey::verify_sha256(ByteView bytes, ByteView der) const {
  const OwnedDigestContext context(EVP_MD_CTX_new());
  const bool good = context &&
                    EVP_DigestVerifyInit_ex(context.get(), nullptr, "SHA256", nullptr, nullptr, key_.get(), nullptr) == 1 &&
                    EVP_DigestVerify(context.get(), der.data(), der.size(), bytes.data(), bytes.size()) == 1;
  ERR_clear_error();
  return good;
}

}  // namespace greentill::crypto
