// SPDX-License-Identifier: Apache-2.0
// The signing half of daemon/claim's crypto port on OpenSSL: a device signs its claims with it, the credit service its receipts.
#pragma once

#include <memory>
#include <string_view>

#include "daemon/base/error.hpp"
#include "daemon/claim/crypto.hpp"
#include "daemon/crypto/certificate.hpp"

struct evp_pkey_st;
struct evp_pkey_ctx_st;

namespace greentill::crypto {

/// A P-256 key with its certificate. The private number lies in the secure heap. Nonces are random, so that two signatures over
/// the same bytes differ: each is made once and stored. Threads: one.
class Signer final : public claim::Signer {
 public:
  /// `key`: PEM or DER, PKCS #8 or SEC 1, unencrypted; the caller wipes it. invalid where it cannot be read, is not on P-256 or
  /// does not belong to the certificate.
  static Result<Signer> from(std::string_view key, const Certificate& certificate);

  [[nodiscard]] Digest thumbprint() const noexcept override { return thumbprint_; }
  [[nodiscard]] bool sign(const Digest& digest, claim::Signature& out) noexcept override;

 private:
  using Context = std::unique_ptr<evp_pkey_ctx_st, void (*)(evp_pkey_ctx_st*)>;
  Signer(std::shared_ptr<evp_pkey_st> key, Context context, const Digest& thumbprint)
      : key_(std::move(key)), context_(std::move(context)), thumbprint_(thumbprint) {}
  std::shared_ptr<evp_pkey_st> key_;
  Context context_;
  Digest thumbprint_;
};

}  // namespace greentill::crypto
