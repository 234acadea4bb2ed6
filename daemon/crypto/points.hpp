// SPDX-License-Identifier: Apache-2.0
// Private to daemon/crypto: elliptic curves as OpenSSL names them.
#pragma once

#include <openssl/core_names.h>
#include <openssl/param_build.h>

#include <string>

#include "daemon/base/bytes.hpp"
#include "daemon/crypto/owned.hpp"

namespace greentill::crypto {

inline constexpr const char* kP256 = "prime256v1";

/// OpenSSL's name of the key's curve; empty where it is on no named curve.
inline std::string curve_of(const EVP_PKEY* key) {
  char group[64];
  std::size_t size = 0;
  if (EVP_PKEY_is_a(key, "EC") != 1 || EVP_PKEY_get_group_name(key, group, sizeof group, &size) != 1) return {};
  return {group, size};
}

inline bool is_p256(const EVP_PKEY* key) { return curve_of(key) == kP256; }

/// A key from an encoded point; null where it is no point of the curve. The caller frees it.
inline EVP_PKEY* key_from_point(ByteView point, const char* curve) {
  const Owned<OSSL_PARAM_BLD, OSSL_PARAM_BLD_free> builder(OSSL_PARAM_BLD_new());
  if (!builder || OSSL_PARAM_BLD_push_utf8_string(builder.get(), OSSL_PKEY_PARAM_GROUP_NAME, curve, 0) != 1 ||
      OSSL_PARAM_BLD_push_octet_string(builder.get(), OSSL_PKEY_PARAM_PUB_KEY, point.data(), point.size()) != 1) {
    return nullptr;
  }
  const Owned<OSSL_PARAM, OSSL_PARAM_free> parameters(OSSL_PARAM_BLD_to_param(builder.get()));
  const OwnedKeyContext context(EVP_PKEY_CTX_new_from_name(nullptr, "EC", nullptr));
  EVP_PKEY* key = nullptr;
  if (!parameters || !context || EVP_PKEY_fromdata_init(context.get()) != 1) return nullptr;
  EVP_PKEY_fromdata(context.get(), &key, EVP_PKEY_PUBLIC_KEY, parameters.get());
  return key;
}

}  // namespace greentill::crypto
