// SPDX-License-Identifier: Apache-2.0
// Who may ask the service's HTTP API, and for what. docs/service-api.md, "Tokens". Called within a transaction of the ledger's
// store, but for what only reads. Threads: one.
//
// Errors: invalid where something given breaks its form, not_found where what is named is not there, conflict where it has ended,
// denied where a token is good for nothing, besides the store's.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "daemon/base/ports.hpp"
#include "daemon/claim/crypto.hpp"
#include "tools/credit-service/access/access_store.hpp"

namespace greentill::credit {

/// A new token: "greentill-" and 32 base32 digits, which are 160 random bits.
[[nodiscard]] std::string make_access_token(Random& random);

/// By what it is kept: SHA-256 of "greentill access token", a zero byte and its digits. invalid where it is none.
Result<Digest> access_hash(std::string_view token, const claim::Hasher& hasher);

class Access {
 public:
  static constexpr std::int64_t kMostDays = 3'660;

  /// What it refers to must outlive it.
  Access(AccessStore& store, Random& random, const claim::Hasher& hasher, std::int64_t now)
      : store_(store), random_(random), hasher_(hasher), now_(now) {}

  struct Made {
    AccessToken kept;
    std::string token;  ///< shown once
  };
  /// `grant`: what it is good for; its hash and times are set here. `days`: for how long.
  Result<Made> add(AccessToken grant, std::int64_t days);
  /// By the id that lists show. Nothing is changed where it was revoked already.
  Result<AccessToken> revoke(std::string_view id);
  /// What the token that was shown is good for; denied where it is not good now, or none.
  Result<AccessToken> admit(std::string_view token);

 private:
  AccessStore& store_;
  Random& random_;
  const claim::Hasher& hasher_;
  std::int64_t now_;
};

}  // namespace greentill::credit
