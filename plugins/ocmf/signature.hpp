// SPDX-License-Identifier: Apache-2.0
// Whether a record was signed by its meter. Threads: immutable once made; verify may be called from any thread.
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "daemon/crypto/public_key.hpp"
#include "daemon/toml/table.hpp"
#include "plugins/common/values/limits.hpp"

namespace greentill::ocmf {

/// The signature section (table 8), with its defaults.
struct Signature {
  std::string algorithm = "ECDSA-secp256r1-SHA256";
  std::string data;  ///< ASN.1 DER, decoded

  /// Throws plugin::Unusable where it is none.
  static Signature parse(std::string_view json);
};

/// A meter's public key, on one of the curves of table 22.
class PublicKey {
 public:
  /// `written`: PEM, or DER in hexadecimal, base64 or as it is, of a SubjectPublicKeyInfo; or a bare point, which needs the name
  /// of its curve ("secp256r1"). Throws std::runtime_error where it is none of these.
  static PublicKey parse(std::string_view written, std::string_view curve = {});

  /// As the specification calls it: "secp256r1".
  [[nodiscard]] const std::string& curve() const { return curve_; }
  /// Over SHA-256 of the bytes.
  [[nodiscard]] bool verify(std::string_view bytes, std::string_view der) const;

 private:
  PublicKey(crypto::PublicKey key, std::string curve) : key_(std::move(key)), curve_(std::move(curve)) {}
  crypto::PublicKey key_;
  std::string curve_;
};

class Meters {
 public:
  /// Reads the tables [[meter]]. A serial number may stand there more than once, where a key was replaced.
  explicit Meters(const toml::Table& toml);
  /// Throws plugin::Unusable where the meter is not known, or no key of its made this signature over these bytes.
  void check(const std::string& meter, std::string_view bytes, const Signature& signature) const;

 private:
  std::multimap<std::string, PublicKey, std::less<>> keys_;
};

}  // namespace greentill::ocmf
