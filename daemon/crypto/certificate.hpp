// SPDX-License-Identifier: Apache-2.0
// X.509 certificates of P-256 keys, and who may issue them (RFC 5280). A file may hold a certificate's issuers behind it, as
// OpenSSL users expect: they are members of its path, and trusted no more than others. Threads: const calls run concurrently.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "daemon/base/error.hpp"
#include "daemon/claim/crypto.hpp"

struct evp_pkey_st;
struct x509_st;
struct x509_store_st;

namespace greentill::crypto {

/// The extended key usage that a certificate needs to sign receipts (dotted OID, in the UUID arc 2.25).
inline constexpr std::string_view kReceiptSigningUsage = "2.25.207861434512389410537416087632598513417";
/// Likewise to sign bundles and times.
inline constexpr std::string_view kBundleSigningUsage = "2.25.207861434512389410537416087632598513417.1";
/// Likewise to sign consents.
inline constexpr std::string_view kConsentSigningUsage = "2.25.207861434512389410537416087632598513417.2";
/// Likewise to sign certificates of trees, and the lists of their states.
inline constexpr std::string_view kTreeSigningUsage = "2.25.207861434512389410537416087632598513417.3";

/// Of TLS clients and servers (RFC 5280, 4.2.1.12).
inline constexpr std::string_view kClientUsage = "1.3.6.1.5.5.7.3.2";
inline constexpr std::string_view kServerUsage = "1.3.6.1.5.5.7.3.1";

/// What keeps a certificate from being taken.
struct Defect {
  enum class Kind : std::uint8_t {
    no_digital_signature,
    no_client_usage,  ///< a broker takes it from no client
    self_signed,
    no_issuer,        ///< its issuer's certificate is not there: an intermediate one is missing, or it is another authority's
    other_authority,  ///< the path is there, and ends elsewhere
    expired,          ///< it, or an issuer's certificate on its path
    not_yet_valid,    ///< likewise
    other,
  };
  Kind kind = Kind::other;
  std::string words;  ///< for people, as "it expired on 2026-11-01 00:00:00 UTC": the certificate is "it"

  /// Whether another clock would judge otherwise.
  [[nodiscard]] bool depends_on_clock() const { return kind == Kind::expired || kind == Kind::not_yet_valid; }
};

/// "…; …", with `clock`, what the clock that judged shows, behind those that depend on it. Empty where there are none.
[[nodiscard]] std::string to_words(const std::vector<Defect>& defects, const std::string& clock);

/// Copies are cheap and share the certificate.
class Certificate {
 public:
  /// invalid where the bytes are no certificate, its key is not on P-256, or bytes follow it.
  static Result<Certificate> from_der(ByteView der);
  /// Every certificate of a PEM text but the authorities', at least one; what stands between them is passed over. The
  /// authorities' may be of any key: they are the others' issuers. A text with nothing but authorities' gives those.
  static Result<std::vector<Certificate>> all_from_pem(std::string_view pem);
  /// A device's certificate: the first of a PEM text, or the one of a DER file. Those that follow in the PEM text are its
  /// issuers. invalid where an authority's stands in front of others.
  static Result<Certificate> leaf_from(std::string_view pem_or_der);
  /// An authority's certificate, whose key may be of any kind: it vouches for others, and signs nothing that a verifier of this
  /// one is asked about. invalid where it is no authority's, or the text holds more than one.
  static Result<Certificate> authority_from(std::string_view pem_or_der);

  /// SHA-256 of the certificate's DER: the x5t of what its key signs.
  [[nodiscard]] const Digest& thumbprint() const { return thumbprint_; }
  /// The subject's one common name: a device's id. Empty where there is none, or more than one.
  [[nodiscard]] const std::string& common_name() const { return common_name_; }
  /// Unix seconds, both inclusive.
  [[nodiscard]] std::int64_t not_before() const { return not_before_; }
  [[nodiscard]] std::int64_t not_after() const { return not_after_; }
  /// Whether the extended key usage names this OID (dotted). A certificate without that extension names none.
  [[nodiscard]] bool has_usage(std::string_view oid) const;
  /// The issuer's common name, or its whole name where that has none: for people.
  [[nodiscard]] std::string issuer() const;
  /// Whether an extended key usage, where the certificate has one, lets it be used by a TLS client.
  [[nodiscard]] bool may_be_client() const;
  /// What is wrong with a device's certificate whoever the authorities are. Empty where nothing is. `at`: Unix seconds.
  [[nodiscard]] std::vector<Defect> own_defects(std::int64_t at) const;
  /// Whether it is signed with its own key.
  [[nodiscard]] bool is_self_signed() const;
  /// Whether both certify the same public key, as a certificate and its renewal do.
  [[nodiscard]] bool same_key(const Certificate& other) const;
  [[nodiscard]] std::string to_pem() const;
  [[nodiscard]] std::vector<std::uint8_t> to_der() const;
  /// Likewise, with its issuers behind it: what leaf_from() makes this certificate of again.
  [[nodiscard]] std::string path_to_pem() const;
  /// SHA-256 of the public key's SubjectPublicKeyInfo: all certificates for one key have the same.
  [[nodiscard]] const Digest& key_hash() const { return key_hash_; }
  /// Whether it is an authority's: its basic constraints say so.
  [[nodiscard]] bool may_issue() const;
  /// A verifier for the certificate's key. It keeps an OpenSSL context, which makes further checks cheaper; so each thread needs
  /// its own.
  [[nodiscard]] Result<std::unique_ptr<claim::Verifier>> make_verifier() const;

 private:
  friend class Authority;
  friend class Issuer;
  friend class Signer;
  static Result<Certificate> adopt(std::shared_ptr<x509_st> certificate);
  static Result<Certificate> adopt_any(std::shared_ptr<x509_st> certificate);

  std::shared_ptr<x509_st> certificate_;
  std::shared_ptr<const std::vector<std::shared_ptr<x509_st>>> issuers_;  // from the same file; null: none
  std::shared_ptr<evp_pkey_st> key_;
  Digest thumbprint_{};
  Digest key_hash_{};
  std::string common_name_;
  std::int64_t not_before_ = 0;
  std::int64_t not_after_ = 0;
};

/// Whose certificates are trusted as issuers.
class Authority {
 public:
  /// Trusts every certificate of the PEM text as the end of a chain, intermediate certificates too.
  static Result<Authority> from_pem(std::string_view pem);

  /// Whether a chain leads from the certificate, over its issuers, to the authority and its key may sign; denied, with the
  /// reason, where not. `at` is the Unix time at which the certificate must be valid. Without `at` validity is not checked:
  /// whoever has only a file of claims cannot know when they were received, and a device's clock may never have been set.
  [[nodiscard]] Status check(const Certificate& certificate, std::optional<std::int64_t> at) const;
  /// The authorities' names, with what is wrong with their dates at that time; empty where nothing is.
  [[nodiscard]] std::vector<std::pair<std::string, Defect>> outdated(std::int64_t at) const;
  /// Everything that check() would refuse, what no clock changes first. Empty where it accepts.
  [[nodiscard]] std::vector<Defect> defects(const Certificate& certificate, std::optional<std::int64_t> at) const;

 private:
  std::shared_ptr<x509_store_st> store_;
  std::vector<std::shared_ptr<x509_st>> all_;
  std::string names_;  // of the authorities, for people
};

}  // namespace greentill::crypto
