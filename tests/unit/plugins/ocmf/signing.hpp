// SPDX-License-Identifier: Apache-2.0
// Meters for tests: keys made on the spot, and records signed with them as the specification's section "Signing and Verification
// Process" has it.
#pragma once

#include <doctest/doctest.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/x509.h>

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace greentill::ocmf::test {

inline std::string hex(std::string_view bytes) {
  std::string text;
  for (const char c : bytes) {
    text += "0123456789ABCDEF"[static_cast<unsigned char>(c) >> 4];
    text += "0123456789ABCDEF"[static_cast<unsigned char>(c) & 15];
  }
  return text;
}

inline std::string base64(std::string_view bytes) {
  std::string text((bytes.size() + 2) / 3 * 4, '\0');
  EVP_EncodeBlock(reinterpret_cast<unsigned char*>(text.data()), reinterpret_cast<const unsigned char*>(bytes.data()),
                  static_cast<int>(bytes.size()));
  return text;
}

class TestMeter {
 public:
  /// `group`: as OpenSSL calls the curve.
  explicit TestMeter(const char* group = "P-256") : key_(EVP_EC_gen(group), &EVP_PKEY_free) { REQUIRE(key_); }

  /// SubjectPublicKeyInfo, DER.
  [[nodiscard]] std::string public_key() const {
    unsigned char* der = nullptr;
    const int size = i2d_PUBKEY(key_.get(), &der);
    REQUIRE(size > 0);
    const std::string bytes(reinterpret_cast<const char*>(der), static_cast<std::size_t>(size));
    OPENSSL_free(der);
    return bytes;
  }
  /// Uncompressed.
  [[nodiscard]] std::string point() const {
    std::vector<unsigned char> bytes(256);
    std::size_t size = 0;
    REQUIRE(EVP_PKEY_get_octet_string_param(key_.get(), OSSL_PKEY_PARAM_PUB_KEY, bytes.data(), bytes.size(), &size) == 1);
    return {reinterpret_cast<const char*>(bytes.data()), size};
  }
  /// ASN.1 DER over SHA-256.
  [[nodiscard]] std::string sign(std::string_view bytes) const {
    const std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context(EVP_MD_CTX_new(), &EVP_MD_CTX_free);
    std::size_t size = 0;
    const auto* data = reinterpret_cast<const unsigned char*>(bytes.data());
    REQUIRE(EVP_DigestSignInit_ex(context.get(), nullptr, "SHA256", nullptr, nullptr, key_.get(), nullptr) == 1);
    REQUIRE(EVP_DigestSign(context.get(), nullptr, &size, data, bytes.size()) == 1);
    std::string der(size, '\0');
    REQUIRE(EVP_DigestSign(context.get(), reinterpret_cast<unsigned char*>(der.data()), &size, data, bytes.size()) == 1);
    der.resize(size);
    return der;
  }
  /// With the defaults of table 8 alone; `more`: members of the signature section before SD.
  [[nodiscard]] std::string record(std::string_view payload, const std::string& more = {}) const {
    return "OCMF|" + std::string(payload) + "|{" + more + "\"SD\":\"" + hex(sign(payload)) + "\"}";
  }

 private:
  std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)> key_;
};

}  // namespace greentill::ocmf::test
