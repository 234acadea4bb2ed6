// SPDX-License-Identifier: Apache-2.0
// The signing half of the crypto port on OpenSSL: the credit service signs its receipts with it.
#pragma once

#include <memory>
#include <string_view>

#include "daemon/base/error.hpp"
#include "daemon/claim/crypto.hpp"

struct evp_pkey_st;

namespace greentill::openssl {

/// A P-256 key with its certificate. Threads: one.
class Signer final : public claim::Signer {
 public:
  /// `usage` is a dotted OID that the certificate's extended key usage must name, or empty. invalid where the texts cannot be
  /// read or do not belong together, denied where the certificate lacks the usage.
  static Result<Signer> from_pem(std::string_view key_pem, std::string_view certificate_pem, std::string_view usage);

  [[nodiscard]] Digest thumbprint() const noexcept override { return thumbprint_; }
  [[nodiscard]] bool sign(const Digest& digest, claim::Signature& out) noexcept override;

 private:
  Signer(std::shared_ptr<evp_pkey_st> key, const Digest& thumbprint) : key_(std::move(key)), thumbprint_(thumbprint) {}
  std::shared_ptr<evp_pkey_st> key_;
  Digest thumbprint_;
};

}  // namespace greentill::openssl
