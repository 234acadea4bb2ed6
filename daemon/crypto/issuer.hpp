// SPDX-License-Identifier: Apache-2.0
// An authority's key at work: certificates for public keys, and the list of those that are revoked (RFC 5280). What a certificate
// says comes from the caller alone. Threads: const calls run concurrently.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "daemon/crypto/certificate.hpp"
#include "daemon/crypto/certificate_request.hpp"
#include "daemon/crypto/secret.hpp"

struct evp_pkey_st;
struct X509_crl_st;

namespace greentill::crypto {

/// What an end entity's certificate says besides its key.
struct CertificateTerms {
  std::string common_name;               ///< 1 to 64 bytes of UTF-8
  std::vector<std::string> hosts;        ///< as subjectAltName: DNS names and IP addresses
  std::string uri;                       ///< likewise; empty: none
  std::vector<std::string_view> usages;  ///< of the extended key usage, dotted
  std::int64_t not_before = 0;           ///< Unix seconds, both inclusive
  std::int64_t not_after = 0;            ///< where the authority's own ends earlier, it is that
};

/// Of a list of revoked certificates, as RFC 5280, 5.3.1 numbers reasons.
struct RevokedCertificate {
  enum class Reason : std::uint8_t { key_compromise = 1, superseded = 4, cessation_of_operation = 5, privilege_withdrawn = 9 };
  Certificate certificate;
  std::int64_t at = 0;
  Reason reason = Reason::privilege_withdrawn;
};

/// A new authority: its private key in PEM, and its certificate.
struct NewAuthority {
  Secret key;
  Certificate certificate;
};

/// The key lies in the secure heap.
class Issuer {
 public:
  /// `key`: as Signer::from() takes it. invalid where it cannot be read, is not the certificate's, or that is no authority's.
  static Result<Issuer> from(std::string_view key, const Certificate& certificate);
  /// A P-256 key of its own, certified by itself. `path`: how many authorities may stand below it.
  static Result<NewAuthority> make_root(const std::string& name, int path, std::int64_t not_before, std::int64_t not_after);
  /// A P-256 key of its own, certified by this one. No authority may stand below it.
  [[nodiscard]] Result<NewAuthority> make_authority(const std::string& name, std::int64_t not_before,
                                                    std::int64_t not_after) const;
  /// Another certificate for the name and the key of an authority that exists, certified by this one, with so many below it.
  [[nodiscard]] Result<Certificate> certify_authority(const Certificate& other, int path, std::int64_t not_before,
                                                      std::int64_t not_after) const;
  /// Another certificate for this authority's name and key, signed by itself, so that whoever trusts it trusts nobody above it.
  [[nodiscard]] Result<Certificate> certify_itself() const;

  /// A certificate for the request's key. Its serial number is random.
  [[nodiscard]] Result<Certificate> issue(const CertificateRequest& request, const CertificateTerms& terms) const;
  /// The list in PEM, numbered by `this_update`. Those that this authority did not issue are left out.
  [[nodiscard]] Result<std::string> revoked_list(const std::vector<RevokedCertificate>& revoked, std::int64_t this_update,
                                                 std::int64_t next_update) const;

  /// Whether its key signed the certificate.
  [[nodiscard]] bool issued(const Certificate& certificate) const;
  [[nodiscard]] const Certificate& certificate() const { return certificate_; }

 private:
  Issuer(std::shared_ptr<evp_pkey_st> key, Certificate certificate)
      : key_(std::move(key)), certificate_(std::move(certificate)) {}
  static Result<Certificate> certify(x509_st* draft, evp_pkey_st* subject_key, x509_st* issuer, evp_pkey_st* issuer_key);
  static Status add_revoked(X509_crl_st* list, const RevokedCertificate& one);

  std::shared_ptr<evp_pkey_st> key_;
  Certificate certificate_;
};

}  // namespace greentill::crypto
