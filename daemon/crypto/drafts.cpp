// SPDX-License-Identifier: Apache-2.0
#include "daemon/crypto/drafts.hpp"

#include <openssl/rand.h>

#include <algorithm>

namespace greentill::crypto {
namespace {

using OwnedNames = Owned<GENERAL_NAMES, GENERAL_NAMES_free>;
using OwnedExtension = Owned<X509_EXTENSION, X509_EXTENSION_free>;

/// 126 random bits, positive and always of 16 bytes.
bool set_serial(X509* draft) {
  Bytes<16> bytes{};
  if (RAND_bytes(bytes.data(), static_cast<int>(bytes.size())) != 1) return false;
  bytes[0] = static_cast<std::uint8_t>((bytes[0] & 0x3f) | 0x40);
  const Owned<BIGNUM, BN_free> number(BN_bin2bn(bytes.data(), static_cast<int>(bytes.size()), nullptr));
  return number && BN_to_ASN1_INTEGER(number.get(), X509_get_serialNumber(draft)) != nullptr;
}

bool add_name(GENERAL_NAMES* names, int type, ASN1_STRING* value) {
  GENERAL_NAME* name = value == nullptr ? nullptr : GENERAL_NAME_new();
  if (name == nullptr) {
    ASN1_STRING_free(value);
    return false;
  }
  GENERAL_NAME_set0_value(name, type, value);
  if (sk_GENERAL_NAME_push(names, name) > 0) return true;
  GENERAL_NAME_free(name);
  return false;
}

ASN1_STRING* ia5(const std::string& text) {
  ASN1_STRING* value = ASN1_STRING_type_new(V_ASN1_IA5STRING);
  if (value != nullptr) ASN1_STRING_set(value, text.data(), static_cast<int>(text.size()));
  return value;
}

bool is_dns_name(const std::string& host) {
  constexpr std::string_view kAllowed = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-.*";
  return !host.empty() && host.size() <= 253 && host.find_first_not_of(kAllowed) == std::string::npos;
}

bool add_alternative_names(X509* draft, const CertificateTerms& terms) {
  if (terms.hosts.empty() && terms.uri.empty()) return true;
  const OwnedNames names(GENERAL_NAMES_new());
  bool added = names != nullptr;
  for (const std::string& host : terms.hosts) {
    ASN1_OCTET_STRING* address = a2i_IPADDRESS(host.c_str());
    if (address != nullptr) {
      added = added && add_name(names.get(), GEN_IPADD, address);
    } else {
      added = added && is_dns_name(host) && add_name(names.get(), GEN_DNS, ia5(host));
    }
  }
  if (!terms.uri.empty()) added = added && add_name(names.get(), GEN_URI, ia5(terms.uri));
  return added && X509_add1_ext_i2d(draft, NID_subject_alt_name, names.get(), 0, X509V3_ADD_DEFAULT) == 1;
}

}  // namespace

OwnedCertificate draft_of(const std::string& common_name, std::int64_t not_before, std::int64_t not_after) {
  OwnedCertificate draft(X509_new());
  if (!draft || X509_set_version(draft.get(), X509_VERSION_3) != 1 || !set_serial(draft.get())) return nullptr;
  X509_NAME* subject = X509_get_subject_name(draft.get());
  const auto* text = reinterpret_cast<const unsigned char*>(common_name.data());
  const bool made = X509_NAME_add_entry_by_NID(subject, NID_commonName, MBSTRING_UTF8, text, static_cast<int>(common_name.size()),
                                               -1, 0) == 1 &&
                    ASN1_TIME_set(X509_getm_notBefore(draft.get()), not_before) != nullptr &&
                    ASN1_TIME_set(X509_getm_notAfter(draft.get()), not_after) != nullptr;
  return made ? std::move(draft) : nullptr;
}

bool add_extension(X509* to, int nid, const std::string& value, X509* issuer) {
  X509V3_CTX context;
  X509V3_set_ctx(&context, issuer == nullptr ? to : issuer, to, nullptr, nullptr, 0);
  const OwnedExtension extension(X509V3_EXT_conf_nid(nullptr, &context, nid, value.c_str()));
  return extension && X509_add_ext(to, extension.get(), -1) == 1;
}

bool add_authority_extensions(X509* draft, int path) {
  return add_extension(draft, NID_basic_constraints, "critical,CA:TRUE,pathlen:" + std::to_string(path)) &&
         add_extension(draft, NID_key_usage, "critical,keyCertSign,cRLSign");
}

bool add_end_entity_extensions(X509* draft, const CertificateTerms& terms) {
  std::string usages;
  for (const std::string_view usage : terms.usages) usages.append(usages.empty() ? "" : ",").append(usage);
  return add_extension(draft, NID_basic_constraints, "critical,CA:FALSE") &&
         add_extension(draft, NID_key_usage, "critical,digitalSignature") && add_extension(draft, NID_ext_key_usage, usages) &&
         add_alternative_names(draft, terms);
}

}  // namespace greentill::crypto
