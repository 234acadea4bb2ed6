// SPDX-License-Identifier: Apache-2.0
// Public keys of any elliptic curve that OpenSSL knows: those of other people's devices, such as meters.
// Threads: const calls run concurrently.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/base/bytes.hpp"

struct evp_pkey_st;

namespace greentill::crypto {

/// Copies are cheap and share the key.
class PublicKey {
 public:
  /// Reads a SubjectPublicKeyInfo: PEM, or DER with nothing behind it. Nothing where it is not an elliptic curve's key.
  static std::optional<PublicKey> from_pem(std::string_view pem);
  static std::optional<PublicKey> from_der(ByteView der);
  /// The key of a certificate in PEM; of several, the first one's.
  static std::optional<PublicKey> from_certificate(std::string_view pem);
  /// A point (SEC 1, 2.3.3) on the curve that OpenSSL calls `curve`; nothing where it is not on it.
  static std::optional<PublicKey> from_point(ByteView point, const char* curve);

  /// OpenSSL's name of the curve: "prime256v1".
  [[nodiscard]] const std::string& curve() const { return curve_; }
  /// The point, uncompressed (SEC 1, 2.3.3): 65 bytes on P-256. Empty where OpenSSL gives none.
  [[nodiscard]] std::vector<std::uint8_t> point() const;
  /// Its SubjectPublicKeyInfo; empty where OpenSSL gives none.
  [[nodiscard]] std::string to_pem() const;
  /// Whether `der` is a valid ECDSA signature, in DER, over the SHA-256 of `bytes`.
  [[nodiscard]] bool verify_sha256(ByteView bytes, ByteView der) const;

 private:
  static std::optional<PublicKey> adopt(evp_pkey_st* key);
  std::shared_ptr<evp_pkey_st> key_;
  std::string curve_;
};

}  // namespace greentill::crypto
