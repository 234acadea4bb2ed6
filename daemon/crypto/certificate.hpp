// SPDX-License-Identifier: Apache-2.0
// X.509 certificates of P-256 keys, and who may issue them (RFC 5280). Threads: const calls run concurrently.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/base/error.hpp"
#include "daemon/claim/crypto.hpp"

struct evp_pkey_st;
struct x509_st;
struct x509_store_st;

namespace greentill::crypto {

/// The extended key usage that a certificate needs to sign receipts (dotted OID, in the UUID arc 2.25).
inline constexpr std::string_view kReceiptSigningUsage = "2.25.207861434512389410537416087632598513417";

/// Copies are cheap and share the certificate.
class Certificate {
 public:
  /// invalid where the bytes are no certificate, its key is not on P-256, or bytes follow it.
  static Result<Certificate> from_der(ByteView der);
  /// Every certificate of a PEM text, at least one; what stands between them is passed over.
  static Result<std::vector<Certificate>> all_from_pem(std::string_view pem);
  /// A device's certificate: the first of a PEM text, or the one of a DER file. Certificates that follow in the PEM text, its
  /// issuers', must be readable but are not used.
  static Result<Certificate> leaf_from(std::string_view pem_or_der);

  /// SHA-256 of the certificate's DER: the x5t of what its key signs.
  [[nodiscard]] const Digest& thumbprint() const { return thumbprint_; }
  /// The subject's one common name: a device's id. Empty where there is none, or more than one.
  [[nodiscard]] const std::string& common_name() const { return common_name_; }
  /// Unix seconds, both inclusive.
  [[nodiscard]] std::int64_t not_before() const { return not_before_; }
  [[nodiscard]] std::int64_t not_after() const { return not_after_; }
  /// Whether the extended key usage names this OID (dotted). A certificate without that extension names none.
  [[nodiscard]] bool has_usage(std::string_view oid) const;
  /// Whether both certify the same public key, as a certificate and its renewal do.
  [[nodiscard]] bool same_key(const Certificate& other) const;
  [[nodiscard]] std::string to_pem() const;
  /// A verifier for the certificate's key. It keeps an OpenSSL context, which makes further checks cheaper; so each thread needs
  /// its own.
  [[nodiscard]] Result<std::unique_ptr<claim::Verifier>> make_verifier() const;

 private:
  friend class Authority;
  friend class Signer;
  static Result<Certificate> adopt(std::shared_ptr<x509_st> certificate);

  std::shared_ptr<x509_st> certificate_;
  std::shared_ptr<evp_pkey_st> key_;
  Digest thumbprint_{};
  std::string common_name_;
  std::int64_t not_before_ = 0;
  std::int64_t not_after_ = 0;
};

/// Whose certificates are trusted as issuers.
class Authority {
 public:
  /// Trusts every certificate of the PEM text as the end of a chain, intermediate certificates too.
  static Result<Authority> from_pem(std::string_view pem);

  /// Whether a chain leads from the certificate to the authority and its key may sign; denied, with the reason, where not. `at`
  /// is the Unix time at which the certificate must be valid. Without `at` validity is not checked: whoever has only a file of
  /// claims cannot know when they were received, and a device's clock may never have been set.
  [[nodiscard]] Status check(const Certificate& certificate, std::optional<std::int64_t> at) const;

 private:
  std::shared_ptr<x509_store_st> store_;
};

}  // namespace greentill::crypto
