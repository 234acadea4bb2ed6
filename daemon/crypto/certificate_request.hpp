// SPDX-License-Identifier: Apache-2.0
// PKCS #10 requests (RFC 2986), of which an authority takes the public key and nothing else: names, usages and attributes that a
// request asks for are for the registry to say. Threads: const calls run concurrently.
#pragma once

#include <memory>
#include <string_view>

#include "daemon/base/bytes.hpp"
#include "daemon/base/error.hpp"

struct evp_pkey_st;

namespace greentill::crypto {

/// Whoever made it has the private key: its signature was verified. Copies are cheap and share the key.
class CertificateRequest {
 public:
  /// invalid where the bytes are no request, its signature is not that of its key or made with a broken hash, its key is not on
  /// P-256 with an uncompressed point, or bytes follow it.
  static Result<CertificateRequest> from_der(ByteView der);
  /// A file as tools write it, PEM or DER.
  static Result<CertificateRequest> from_file(std::string_view pem_or_der);

  /// SHA-256 of the SubjectPublicKeyInfo, as Certificate::key_hash().
  [[nodiscard]] const Digest& key_hash() const { return key_hash_; }

 private:
  friend class Issuer;
  std::shared_ptr<evp_pkey_st> key_;
  Digest key_hash_{};
};

}  // namespace greentill::crypto
