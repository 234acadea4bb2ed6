// SPDX-License-Identifier: Apache-2.0
#include <openssl/x509_vfy.h>

#include <algorithm>
#include <ctime>

#include "daemon/base/moment.hpp"
#include "daemon/crypto/certificate.hpp"
#include "daemon/crypto/owned.hpp"
#include "daemon/crypto/pem_certificates.hpp"

namespace greentill::crypto {
namespace {

using Kind = Defect::Kind;
using OwnedPath = Owned<STACK_OF(X509), [](STACK_OF(X509) * path) { sk_X509_free(path); }>;

constexpr std::size_t kMostNames = 3;

bool may_sign(X509* certificate) { return (X509_get_key_usage(certificate) & KU_DIGITAL_SIGNATURE) != 0; }

Defect no_digital_signature() {
  return {Kind::no_digital_signature, "its key usage lacks digitalSignature, so that it may not sign"};
}

std::string in_quotes(const std::string& name) { return "'" + name + "'"; }
std::string subject_of(const X509* certificate) { return in_quotes(name_of(X509_get_subject_name(certificate))); }
std::string issuer_of(const X509* certificate) { return in_quotes(name_of(X509_get_issuer_name(certificate))); }

std::string text_of(const ASN1_TIME* time) {
  std::tm parts{};
  return ASN1_TIME_to_tm(time, &parts) == 1 ? utc_text(timegm(&parts)) : "a time that cannot be read";
}

/// What OpenSSL says of a path that it could not build or trust. `at_fault` is the member that it stopped at.
Defect explain(int code, X509* leaf, X509* at_fault, const std::string& authorities) {
  const bool is_leaf = at_fault == nullptr || at_fault == leaf;
  const std::string who = is_leaf ? "it" : "its issuer's certificate " + subject_of(at_fault);
  const X509* member = is_leaf ? leaf : at_fault;
  switch (code) {
    case X509_V_ERR_CERT_HAS_EXPIRED: return {Kind::expired, who + " expired on " + text_of(X509_get0_notAfter(member))};
    case X509_V_ERR_CERT_NOT_YET_VALID:
      return {Kind::not_yet_valid, who + " is valid only from " + text_of(X509_get0_notBefore(member)) + " on"};
    case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
      return {Kind::self_signed, "it is self-signed, with its own key and not by an authority"};
    case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
      return {Kind::other_authority, "it leads to the authority " + subject_of(member) +
                                         ", which is none of those that are trusted here (" + authorities + ")"};
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT:
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
    case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
      return {Kind::no_issuer, who + " was issued by " + issuer_of(member) +
                                   ", whose certificate is neither behind it in its file nor " +
                                   "among the authorities that are trusted here (" + authorities + ")"};
    case X509_V_ERR_CERT_SIGNATURE_FAILURE:
      return {Kind::other_authority,
              who + " names " + issuer_of(member) + " as its issuer, but was signed with another key than that authority's"};
    default: return {Kind::other, std::string("OpenSSL does not accept ") + who + ": " + X509_verify_cert_error_string(code)};
  }
}

/// Checks the path of a certificate; nothing where it is good. Without `at` no dates are looked at.
std::optional<Defect> check_path(X509_STORE* store, X509* leaf, STACK_OF(X509) * issuers, std::optional<std::int64_t> at,
                                 const std::string& authorities) {
  const Owned<X509_STORE_CTX, X509_STORE_CTX_free> context(X509_STORE_CTX_new());
  if (!context || X509_STORE_CTX_init(context.get(), store, leaf, issuers) != 1) {
    ERR_clear_error();
    return Defect{Kind::other, "OpenSSL cannot check it"};
  }
  if (at) {
    X509_STORE_CTX_set_time(context.get(), 0, *at);
  } else {
    X509_STORE_CTX_set_flags(context.get(), X509_V_FLAG_NO_CHECK_TIME);
  }
  if (X509_verify_cert(context.get()) == 1) return std::nullopt;
  Defect found =
      explain(X509_STORE_CTX_get_error(context.get()), leaf, X509_STORE_CTX_get_current_cert(context.get()), authorities);
  ERR_clear_error();
  return found;
}

/// The dates of a certificate whose path is not known.
std::optional<Defect> check_dates(X509* leaf, std::int64_t at) {
  std::time_t moment = at;
  if (X509_cmp_time(X509_get0_notAfter(leaf), &moment) < 0) return explain(X509_V_ERR_CERT_HAS_EXPIRED, leaf, leaf, {});
  if (X509_cmp_time(X509_get0_notBefore(leaf), &moment) > 0) return explain(X509_V_ERR_CERT_NOT_YET_VALID, leaf, leaf, {});
  return std::nullopt;
}

}  // namespace

std::string to_words(const std::vector<Defect>& defects, const std::string& clock) {
  std::string words;
  for (const Defect& defect : defects) {
    words += (words.empty() ? "" : "; ") + defect.words;
    if (defect.depends_on_clock()) words += ", and " + clock;
  }
  return words;
}

std::vector<Defect> Certificate::own_defects(std::int64_t at) const {
  std::vector<Defect> all;
  if (!may_sign(certificate_.get())) all.push_back(no_digital_signature());
  if (!may_be_client()) {
    all.push_back({Kind::no_client_usage, "its extended key usage lacks clientAuth, so that a broker takes it from no client"});
  }
  if (auto dated = check_dates(certificate_.get(), at)) all.push_back(std::move(*dated));
  return all;
}

Result<Authority> Authority::from_pem(std::string_view pem) {
  Result<std::vector<std::shared_ptr<X509>>> found = read_pem(pem);
  if (!found) return Failure{found.error()};
  Authority authority;
  authority.store_ = {X509_STORE_new(), X509_STORE_free};
  std::size_t count = 0;
  for (const std::shared_ptr<X509>& one : *found) {
    if (X509_STORE_add_cert(authority.store_.get(), one.get()) != 1) {
      return openssl_failure(ErrorCode::invalid, "the authority's certificate cannot be used");
    }
    if (count < kMostNames) authority.names_ += (count == 0 ? "" : ", ") + subject_of(one.get());
    if (count++ == kMostNames) authority.names_ += " and others";
  }
  X509_STORE_set_flags(authority.store_.get(), X509_V_FLAG_PARTIAL_CHAIN);
  authority.all_ = std::move(*found);
  return authority;
}

std::vector<Defect> Authority::defects(const Certificate& certificate, std::optional<std::int64_t> at) const {
  X509* leaf = certificate.certificate_.get();
  std::vector<Defect> all;
  if (!may_sign(leaf)) all.push_back(no_digital_signature());
  const OwnedPath issuers(sk_X509_new_null());
  if (certificate.issuers_ && issuers) {
    for (const auto& one : *certificate.issuers_) sk_X509_push(issuers.get(), one.get());
  }
  auto found = check_path(store_.get(), leaf, issuers.get(), at, names_);
  if (!found) return all;
  // OpenSSL tells one defect. A path without an end is one whatever the dates are, and dates may be wrong besides.
  if (found->depends_on_clock()) {
    if (auto endless = check_path(store_.get(), leaf, issuers.get(), std::nullopt, names_)) all.push_back(std::move(*endless));
    // OpenSSL begins at the authority's end; what a person replaces first is the certificate itself.
    auto own = check_dates(leaf, *at);
    all.push_back(own ? std::move(*own) : std::move(*found));
  } else {
    all.push_back(std::move(*found));
    if (auto dated = at ? check_dates(leaf, *at) : std::nullopt) all.push_back(std::move(*dated));
  }
  return all;
}

std::vector<std::pair<std::string, Defect>> Authority::outdated(std::int64_t at) const {
  std::vector<std::pair<std::string, Defect>> all;
  for (const auto& one : all_) {
    if (auto dated = check_dates(one.get(), at)) all.emplace_back(name_of(X509_get_subject_name(one.get())), std::move(*dated));
  }
  return all;
}

Status Authority::check(const Certificate& certificate, std::optional<std::int64_t> at) const {
  const std::vector<Defect> all = defects(certificate, at);
  if (all.empty()) return Done{};
  return fail(ErrorCode::denied,
              "the certificate is not accepted: " + to_words(all, at ? "the clock shows " + utc_text(*at) : ""));
}

}  // namespace greentill::crypto
