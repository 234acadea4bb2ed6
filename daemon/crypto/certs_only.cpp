// SPDX-License-Identifier: Apache-2.0
#include "daemon/crypto/certs_only.hpp"

#include <openssl/pkcs7.h>

#include "daemon/crypto/owned.hpp"

namespace greentill::crypto {
namespace {

using OwnedPkcs7 = Owned<PKCS7, PKCS7_free>;

/// Signed data of version 1, whose content is absent.
OwnedPkcs7 unsigned_message() {
  OwnedPkcs7 message(PKCS7_new());
  PKCS7_SIGNED* body = message ? PKCS7_SIGNED_new() : nullptr;
  if (body == nullptr) return nullptr;
  message->type = OBJ_nid2obj(NID_pkcs7_signed);
  message->d.sign = body;
  body->contents->type = OBJ_nid2obj(NID_pkcs7_data);
  body->cert = sk_X509_new_null();
  return ASN1_INTEGER_set(body->version, 1) == 1 && body->cert != nullptr ? std::move(message) : nullptr;
}

}  // namespace

Result<std::vector<std::uint8_t>> certs_only(const std::vector<Certificate>& certificates) {
  const OwnedPkcs7 message = unsigned_message();
  if (!message) return openssl_failure(ErrorCode::bug, "OpenSSL makes no PKCS #7 message");
  for (const Certificate& one : certificates) {
    const std::vector<std::uint8_t> der = one.to_der();
    const unsigned char* cursor = der.data();
    X509* copy = d2i_X509(nullptr, &cursor, static_cast<long>(der.size()));
    if (copy != nullptr && sk_X509_push(message->d.sign->cert, copy) > 0) continue;
    X509_free(copy);
    return openssl_failure(ErrorCode::bug, "OpenSSL takes no certificate into a PKCS #7 message");
  }
  unsigned char* der = nullptr;
  const int size = i2d_PKCS7(message.get(), &der);
  const Owned<unsigned char, [](unsigned char* p) { OPENSSL_free(p); }> owner(der);
  if (size <= 0) return openssl_failure(ErrorCode::bug, "OpenSSL encodes no PKCS #7 message");
  return std::vector<std::uint8_t>(der, der + size);
}

}  // namespace greentill::crypto
