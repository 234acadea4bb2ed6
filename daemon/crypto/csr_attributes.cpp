// SPDX-License-Identifier: Apache-2.0
#include "daemon/crypto/csr_attributes.hpp"

#include <openssl/asn1.h>
#include <openssl/objects.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <array>
#include <optional>
#include <string>

#include "daemon/crypto/owned.hpp"
#include "daemon/crypto/request_extensions.hpp"

namespace greentill::crypto {
namespace {

using OwnedSequence = Owned<ASN1_SEQUENCE_ANY, [](ASN1_SEQUENCE_ANY* all) { sk_ASN1_TYPE_pop_free(all, ASN1_TYPE_free); }>;
using OwnedAttribute = Owned<X509_ATTRIBUTE, X509_ATTRIBUTE_free>;
using OwnedWishes = Owned<X509_EXTENSIONS, free_extensions>;

constexpr std::size_t kMostAttributesBytes = 8u << 10;
constexpr std::size_t kMostExtensionsBytes = 512;

std::string text_of_oid(const ASN1_OBJECT* object) {
  std::array<char, 80> text{};
  OBJ_obj2txt(text.data(), static_cast<int>(text.size()), object, 0);
  return text.data();
}

Failure<Error> refuse(const std::string& what) {
  return fail(ErrorCode::denied,
              "the server asks requests for " + what + "; the operator has to let its devices do without (/csrattrs)");
}

class AttributesReader {
 public:
  Status take(const ASN1_TYPE* one) {
    if (one->type == V_ASN1_OBJECT) return take_object(one->value.object);
    if (one->type != V_ASN1_SEQUENCE) return fail(ErrorCode::invalid, "an entry is neither an OID nor an attribute");
    const unsigned char* next = one->value.sequence->data;
    const OwnedAttribute attribute(d2i_X509_ATTRIBUTE(nullptr, &next, one->value.sequence->length));
    if (!attribute) return openssl_failure(ErrorCode::invalid, "an attribute cannot be read");
    return take_attribute(attribute.get());
  }

  Result<RequestTerms> end() {
    if (!other_keys_.empty() && !fits_) {
      return refuse("a key of another kind (" + other_keys_ + "), and this device makes keys on P-256");
    }
    if (!other_signatures_.empty() && !terms_hash_) {
      return refuse("a signature of another kind (" + other_signatures_ +
                    "), and this device signs by ECDSA with SHA-256 to SHA-512");
    }
    terms_.hash = terms_hash_.value_or(RequestTerms::Hash::sha256);
    return std::move(terms_);
  }

 private:
  static void note(std::string& all, const ASN1_OBJECT* object) { all += (all.empty() ? "" : ", ") + text_of_oid(object); }

  Status take_object(const ASN1_OBJECT* object) {
    const int nid = OBJ_obj2nid(object);
    if (nid == NID_pkcs9_challengePassword) {
      return refuse("a proof that binds them to their TLS connection (challengePassword), which TLS 1.3 has no means for");
    }
    if (nid == NID_X9_62_id_ecPublicKey) {
      fits_ = true;
    } else if (nid == NID_rsaEncryption || nid == NID_rsassaPss || nid == NID_ED25519 || nid == NID_ED448 || nid == NID_dsa) {
      note(other_keys_, object);
    } else {
      take_signature(nid, object);
    }
    return Done{};
  }

  void take_signature(int nid, const ASN1_OBJECT* object) {
    int digest = NID_undef;
    int key = NID_undef;
    if (OBJ_find_sigid_algs(nid, &digest, &key) != 1) return;  // not known here
    const auto hash = hash_of(key == NID_X9_62_id_ecPublicKey ? digest : NID_undef);
    if (!hash) return note(other_signatures_, object);
    // Of several the least will do.
    terms_hash_ = terms_hash_ ? std::min(*terms_hash_, *hash) : *hash;
  }

  static std::optional<RequestTerms::Hash> hash_of(int digest) {
    if (digest == NID_sha256) return RequestTerms::Hash::sha256;
    if (digest == NID_sha384) return RequestTerms::Hash::sha384;
    return digest == NID_sha512 ? std::optional(RequestTerms::Hash::sha512) : std::nullopt;
  }

  Status take_attribute(X509_ATTRIBUTE* attribute) {
    const ASN1_OBJECT* object = X509_ATTRIBUTE_get0_object(attribute);
    const int nid = OBJ_obj2nid(object);
    if (nid == NID_ext_req) return take_extensions(attribute);
    if (nid != NID_X9_62_id_ecPublicKey) return take_object(object);
    const int count = X509_ATTRIBUTE_count(attribute);
    bool named = false;
    for (int i = 0; i < count; ++i) {
      const ASN1_TYPE* curve = X509_ATTRIBUTE_get0_type(attribute, i);
      if (curve->type != V_ASN1_OBJECT) continue;
      named = true;
      if (OBJ_obj2nid(curve->value.object) == NID_X9_62_prime256v1) fits_ = true;
      if (OBJ_obj2nid(curve->value.object) != NID_X9_62_prime256v1) note(other_keys_, curve->value.object);
    }
    if (!named) fits_ = true;
    return Done{};
  }

  /// Those that the server gives a value for; one that it names alone is what its registry says to it.
  Status take_extensions(X509_ATTRIBUTE* attribute) {
    const OwnedWishes wanted(sk_X509_EXTENSION_new_null());
    if (!wanted) return openssl_failure(ErrorCode::bug, "OpenSSL has no memory");
    for (int i = 0; i < X509_ATTRIBUTE_count(attribute); ++i) {
      const ASN1_TYPE* value = X509_ATTRIBUTE_get0_type(attribute, i);
      if (value->type != V_ASN1_SEQUENCE) continue;
      const unsigned char* next = value->value.sequence->data;
      const OwnedWishes given(d2i_X509_EXTENSIONS(nullptr, &next, value->value.sequence->length));
      if (!given) return openssl_failure(ErrorCode::invalid, "the extensions that are asked for cannot be read");
      for (int j = 0; j < sk_X509_EXTENSION_num(given.get()); ++j) {
        X509_EXTENSION* one = sk_X509_EXTENSION_value(given.get(), j);
        if (ASN1_STRING_length(X509_EXTENSION_get_data(one)) == 0) continue;
        X509_EXTENSION* copy = X509_EXTENSION_dup(one);
        if (copy == nullptr || sk_X509_EXTENSION_push(wanted.get(), copy) <= 0) {
          X509_EXTENSION_free(copy);
          return openssl_failure(ErrorCode::bug, "OpenSSL copies no extension");
        }
      }
    }
    if (sk_X509_EXTENSION_num(wanted.get()) == 0) return Done{};
    unsigned char* der = nullptr;
    const int size = i2d_X509_EXTENSIONS(wanted.get(), &der);
    if (size <= 0) return openssl_failure(ErrorCode::bug, "OpenSSL encodes no extensions");
    terms_.extensions.assign(der, der + size);
    OPENSSL_free(der);
    if (terms_.extensions.size() <= kMostExtensionsBytes) return Done{};
    return refuse("extensions of " + std::to_string(size) + " bytes, and this device asks for " +
                  std::to_string(kMostExtensionsBytes) + " at most");
  }

  RequestTerms terms_;
  bool fits_ = false;  // a key on P-256 is among those that are asked for
  std::optional<RequestTerms::Hash> terms_hash_;
  std::string other_keys_;
  std::string other_signatures_;
};

}  // namespace

Result<RequestTerms> read_csr_attributes(ByteView attributes) {
  if (attributes.size() > kMostAttributesBytes)
    return fail(ErrorCode::invalid, "it is larger than what a request can be asked for");
  const unsigned char* next = attributes.data();
  const OwnedSequence all(d2i_ASN1_SEQUENCE_ANY(nullptr, &next, static_cast<long>(attributes.size())));
  if (!all || next != attributes.data() + attributes.size()) {
    return openssl_failure(ErrorCode::invalid, "it is no sequence of attributes");
  }
  AttributesReader reader;
  for (int i = 0; i < sk_ASN1_TYPE_num(all.get()); ++i) {
    if (Status taken = reader.take(sk_ASN1_TYPE_value(all.get(), i)); !taken) return Failure{taken.error()};
  }
  return reader.end();
}

}  // namespace greentill::crypto
