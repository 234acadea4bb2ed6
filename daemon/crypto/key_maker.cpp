// SPDX-License-Identifier: Apache-2.0
#include "daemon/crypto/key_maker.hpp"

#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/param_build.h>
#include <openssl/pem.h>

#include "daemon/crypto/owned.hpp"
#include "daemon/crypto/points.hpp"
#include "daemon/crypto/private_keys.hpp"
#include "daemon/crypto/request_extensions.hpp"

namespace greentill::crypto {
namespace {

using OwnedKey = Owned<EVP_PKEY, EVP_PKEY_free>;
using OwnedNumber = Owned<BIGNUM, BN_clear_free>;
using OwnedGroup = Owned<EC_GROUP, EC_GROUP_free>;
using OwnedPoint = Owned<EC_POINT, EC_POINT_free>;
using OwnedExtensions = Owned<X509_EXTENSIONS, free_extensions>;
using OwnedRequest = Owned<X509_REQ, X509_REQ_free>;

constexpr std::size_t kScalarBytes = 32;

/// From 1 to the order less 1; null where OpenSSL has no memory.
OwnedNumber draw_number(const EC_GROUP* group, Random& random) {
  const BIGNUM* order = EC_GROUP_get0_order(group);
  Secret candidate(kScalarBytes);
  OwnedNumber number(BN_secure_new());
  if (!number || order == nullptr) return nullptr;
  do {
    random.fill(candidate.bytes());
    if (BN_bin2bn(candidate.view().data(), static_cast<int>(kScalarBytes), number.get()) == nullptr) return nullptr;
  } while (BN_is_zero(number.get()) || BN_cmp(number.get(), order) >= 0);
  BN_set_flags(number.get(), BN_FLG_CONSTTIME);
  return number;
}

OwnedKey key_of(const EC_GROUP* group, const BIGNUM* number) {
  const OwnedPoint point(EC_POINT_new(group));
  if (!point || EC_POINT_mul(group, point.get(), number, nullptr, nullptr, nullptr) != 1) return nullptr;
  Bytes<65> encoded{};
  if (EC_POINT_point2oct(group, point.get(), POINT_CONVERSION_UNCOMPRESSED, encoded.data(), encoded.size(), nullptr) !=
      encoded.size()) {
    return nullptr;
  }
  const Owned<OSSL_PARAM_BLD, OSSL_PARAM_BLD_free> builder(OSSL_PARAM_BLD_new());
  if (!builder || OSSL_PARAM_BLD_push_utf8_string(builder.get(), OSSL_PKEY_PARAM_GROUP_NAME, kP256, 0) != 1 ||
      OSSL_PARAM_BLD_push_octet_string(builder.get(), OSSL_PKEY_PARAM_PUB_KEY, encoded.data(), encoded.size()) != 1 ||
      OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_PRIV_KEY, number) != 1) {
    return nullptr;
  }
  const Owned<OSSL_PARAM, OSSL_PARAM_free> parameters(OSSL_PARAM_BLD_to_param(builder.get()));
  const OwnedKeyContext context(EVP_PKEY_CTX_new_from_name(nullptr, "EC", nullptr));
  EVP_PKEY* key = nullptr;
  if (!parameters || !context || EVP_PKEY_fromdata_init(context.get()) != 1) return nullptr;
  EVP_PKEY_fromdata(context.get(), &key, EVP_PKEY_KEYPAIR, parameters.get());
  return OwnedKey(key);
}

Result<Secret> pem_of_key(EVP_PKEY* key) {
  const OwnedBio bio(BIO_new(BIO_s_secmem()));
  if (!bio || PEM_write_bio_PKCS8PrivateKey(bio.get(), key, nullptr, nullptr, 0, nullptr, nullptr) != 1) {
    return openssl_failure(ErrorCode::bug, "OpenSSL does not write the new key");
  }
  char* data = nullptr;
  const long size = BIO_get_mem_data(bio.get(), &data);
  return Secret(as_bytes({data, static_cast<std::size_t>(size)}));
}

Result<std::vector<std::uint8_t>> der_of(X509_REQ* request) {
  unsigned char* der = nullptr;
  const int size = i2d_X509_REQ(request, &der);
  if (size <= 0) return openssl_failure(ErrorCode::bug, "OpenSSL encodes no certificate request");
  std::vector<std::uint8_t> copy(der, der + size);
  OPENSSL_free(der);
  return copy;
}

const EVP_MD* digest_of(RequestTerms::Hash hash) {
  if (hash == RequestTerms::Hash::sha384) return EVP_sha384();
  return hash == RequestTerms::Hash::sha512 ? EVP_sha512() : EVP_sha256();
}

Status add_extensions(X509_REQ* request, const std::vector<std::uint8_t>& der) {
  if (der.empty()) return Done{};
  const unsigned char* next = der.data();
  const OwnedExtensions extensions(d2i_X509_EXTENSIONS(nullptr, &next, static_cast<long>(der.size())));
  if (extensions && X509_REQ_add_extensions(request, extensions.get()) == 1) return Done{};
  return openssl_failure(ErrorCode::invalid, "the extensions that are asked for cannot be read");
}

}  // namespace

Result<Secret> make_device_key(Random& random) {
  if (Status ready = set_up_secure_heap(); !ready) return Failure{ready.error()};
  const OwnedGroup group(EC_GROUP_new_by_curve_name(NID_X9_62_prime256v1));
  if (!group) return openssl_failure(ErrorCode::bug, "OpenSSL has no curve P-256");
  const OwnedNumber number = draw_number(group.get(), random);
  const OwnedKey key = number ? key_of(group.get(), number.get()) : nullptr;
  if (!key) return openssl_failure(ErrorCode::bug, "OpenSSL makes no key");
  return pem_of_key(key.get());
}

Result<Digest> key_hash_of(std::string_view text) {
  const auto key = read_private_key(text, nullptr);
  if (!key) return Failure{key.error()};
  unsigned char* der = nullptr;
  const int size = i2d_PUBKEY(key->get(), &der);
  Digest hash{};
  const bool hashed =
      size > 0 && EVP_Digest(der, static_cast<std::size_t>(size), hash.data(), nullptr, EVP_sha256(), nullptr) == 1;
  OPENSSL_free(der);
  if (!hashed) return openssl_failure(ErrorCode::bug, "OpenSSL cannot hash the key");
  return hash;
}

Result<std::vector<std::uint8_t>> make_request(std::string_view text, const std::string& common_name, const RequestTerms& terms) {
  const auto key = read_private_key(text, nullptr);
  if (!key) return Failure{key.error()};
  const OwnedRequest request(X509_REQ_new());
  X509_NAME* name = request ? X509_REQ_get_subject_name(request.get()) : nullptr;
  const auto* bytes = reinterpret_cast<const unsigned char*>(common_name.data());
  if (name == nullptr || X509_REQ_set_version(request.get(), 0) != 1 ||
      X509_NAME_add_entry_by_NID(name, NID_commonName, MBSTRING_UTF8, bytes, static_cast<int>(common_name.size()), -1, 0) != 1 ||
      X509_REQ_set_pubkey(request.get(), key->get()) != 1) {
    return openssl_failure(ErrorCode::bug, "OpenSSL makes no certificate request");
  }
  if (Status asked = add_extensions(request.get(), terms.extensions); !asked) return Failure{asked.error()};
  if (X509_REQ_sign(request.get(), key->get(), digest_of(terms.hash)) <= 0) {
    return openssl_failure(ErrorCode::bug, "OpenSSL makes no certificate request");
  }
  return der_of(request.get());
}

}  // namespace greentill::crypto
