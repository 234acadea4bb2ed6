// SPDX-License-Identifier: Apache-2.0
#include "daemon/crypto/certificate_request.hpp"

#include <openssl/pem.h>

#include "daemon/crypto/owned.hpp"
#include "daemon/crypto/pem_text.hpp"
#include "daemon/crypto/points.hpp"

namespace greentill::crypto {
namespace {

using OwnedRequest = Owned<X509_REQ, X509_REQ_free>;

/// Of a named curve and an uncompressed point: every other form would give one key two hashes.
constexpr int kSpkiBytes = 91;

bool is_sound_hash(const X509_REQ* request) {
  int hash = NID_undef;
  if (OBJ_find_sigid_algs(X509_REQ_get_signature_nid(request), &hash, nullptr) != 1) return false;
  return hash == NID_sha256 || hash == NID_sha384 || hash == NID_sha512;
}

bool hash_key(X509_REQ* request, Digest& into) {
  unsigned char* der = nullptr;
  const int size = i2d_X509_PUBKEY(X509_REQ_get_X509_PUBKEY(request), &der);
  const bool hashed =
      size == kSpkiBytes && EVP_Digest(der, static_cast<std::size_t>(size), into.data(), nullptr, EVP_sha256(), nullptr) == 1;
  OPENSSL_free(der);
  return hashed;
}

}  // namespace

Result<CertificateRequest> CertificateRequest::from_der(ByteView der) {
  const unsigned char* cursor = der.data();
  const OwnedRequest request(der.empty() ? nullptr : d2i_X509_REQ(nullptr, &cursor, static_cast<long>(der.size())));
  if (!request || cursor != der.data() + der.size()) {
    return openssl_failure(ErrorCode::invalid, "these bytes are not one certificate request (PKCS #10, DER)");
  }
  CertificateRequest result;
  result.key_ = {X509_REQ_get_pubkey(request.get()), EVP_PKEY_free};
  if (!result.key_ || !is_p256(result.key_.get()) || !hash_key(request.get(), result.key_hash_)) {
    ERR_clear_error();
    return fail(ErrorCode::invalid, "the request's key is not on P-256, as a named curve with an uncompressed point");
  }
  if (!is_sound_hash(request.get())) {
    return fail(ErrorCode::invalid, "the request is not signed over SHA-256, SHA-384 or SHA-512");
  }
  if (X509_REQ_verify(request.get(), result.key_.get()) != 1) {
    ERR_clear_error();
    return fail(ErrorCode::invalid, "the request is not signed with the key that it holds");
  }
  return result;
}

Result<CertificateRequest> CertificateRequest::from_file(std::string_view text) {
  if (text.find("-----BEGIN") == std::string_view::npos && !is_utf16(text)) return from_der(as_bytes(text));
  if (Status plain = check_plain_pem(text); !plain) return Failure{plain.error()};
  const OwnedRequest request(PEM_read_bio_X509_REQ(read_from(text).get(), nullptr, nullptr, nullptr));
  if (!request) return openssl_failure(ErrorCode::invalid, "the PEM text holds no certificate request");
  unsigned char* der = nullptr;
  const int size = i2d_X509_REQ(request.get(), &der);
  const Owned<unsigned char, [](unsigned char* p) { OPENSSL_free(p); }> owner(der);
  if (size <= 0) return openssl_failure(ErrorCode::invalid, "the certificate request cannot be encoded again");
  return from_der({der, static_cast<std::size_t>(size)});
}

}  // namespace greentill::crypto
