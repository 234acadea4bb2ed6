// SPDX-License-Identifier: Apache-2.0
// What access needs of a database. tables/stored_access.hpp implements it.
//
// Errors: those of the database; of a change they may be told by what follows, at the latest by the commit. Its transaction must
// then be given up, and nothing of it stays. What is read is a copy. Threads: one; changes within a transaction of the ledger's
// store.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/base/bytes.hpp"
#include "daemon/base/error.hpp"

namespace greentill::credit {

/// What a token of the HTTP API is good for. Times are Unix seconds.
struct AccessToken {
  enum class Scope : std::uint8_t { service = 0, account = 1, planter = 2, inspector = 3, bookkeeper = 4 };

  Digest hash{};  ///< of the token
  Scope is = Scope::account;
  std::string subject;     ///< whose: an account's, planter's or inspector's id, a bookkeeper's name; of the service: empty
  bool read_only = false;  ///< changes nothing
  std::string note;        ///< what people call it; may be empty
  std::int64_t made_at = 0;
  std::int64_t expires_at = 0;
  std::optional<std::int64_t> revoked_at;

  /// The first 40 bits of its hash, in hexadecimal digits: by which people name it. It opens nothing.
  [[nodiscard]] std::string id() const;
};

[[nodiscard]] constexpr std::string_view to_words(AccessToken::Scope scope) {
  switch (scope) {
    case AccessToken::Scope::service: return "service";
    case AccessToken::Scope::account: return "account";
    case AccessToken::Scope::planter: return "planter";
    case AccessToken::Scope::inspector: return "inspector";
    case AccessToken::Scope::bookkeeper: return "bookkeeper";
  }
  return "unknown";
}

/// How a request with an idempotency key was answered.
struct KeptAnswer {
  Digest token{};    ///< the hash of the one that it came with
  std::string key;   ///< the request's own
  Digest request{};  ///< of what was asked
  int status = 0;
  std::vector<std::uint8_t> body;  ///< sealed: an answer may hold a secret that is shown once
  std::int64_t at = 0;
};

/// A change that somebody made by the API. Nobody's name, token or code is in it.
struct AccessDeed {
  std::string subject;  ///< what was changed: an account, a tree, "order 7"
  std::int64_t no = 0;  ///< of the subject's, from 1
  std::int64_t at = 0;
  std::string access;   ///< AccessToken::id()
  std::string request;  ///< "POST /v1/accounts/{account}/closure"
  std::string what;     ///< JSON
  std::string why;
};

class AccessStore {
 public:
  virtual ~AccessStore() = default;
  /// Nothing where there is none of that hash; one that is over or revoked too.
  virtual Result<std::optional<AccessToken>> token(const Digest& hash) = 0;
  /// All, those that are over or revoked too, by when they were made.
  virtual Result<std::vector<AccessToken>> tokens() = 0;
  /// Adds it, or says when it was revoked.
  virtual Status put(const AccessToken& token) = 0;

  /// Revokes those of the account, empties their notes, and drops the answers that were kept for them.
  virtual Status end_tokens_of(const std::string& account, std::int64_t at) = 0;

  /// How that token's request with that key was answered; nothing where it was not, or the answer was dropped.
  virtual Result<std::optional<KeptAnswer>> answer(const Digest& token, const std::string& key) = 0;
  /// Requires: there is none for that token and key.
  virtual Status add(const KeptAnswer& answer) = 0;
  /// Notes it; its number is the next.
  virtual Status add(const AccessDeed& deed) = 0;
  /// The subject's, the latest first, below that number (0: all), at most `most`.
  virtual Result<std::vector<AccessDeed>> deeds(const std::string& subject, std::int64_t below, std::size_t most) = 0;

  /// Drops answers that were given before, at most `most`.
  virtual Status drop_answers(std::int64_t before, std::size_t most) = 0;
};

}  // namespace greentill::credit
