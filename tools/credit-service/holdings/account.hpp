// SPDX-License-Identifier: Apache-2.0
// Who takes part in the programme, and what is theirs. docs/accounts.md says what each means. Times are Unix seconds; credit is
// in mg. A purse is one of the ledger's own accounts (ledger/things.hpp): a token's, a printed secret's or a merchant's.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/base/bytes.hpp"

namespace greentill::credit {

/// A participant: a person, a group of them, or a merchant.
struct Account {
  enum class Kind : std::uint8_t { person = 0, family = 1, team = 2, merchant = 3 };
  enum class State : std::uint8_t { active = 0, closed = 1, merged = 2, erased = 3 };

  std::string id;  ///< 8 digits as of make_account_id(); it opens nothing, and is told to others
  Kind is = Kind::person;
  State state = State::active;
  std::string name;    ///< as its holder wants to be called; may be empty
  std::string follow;  ///< of a merged one: the account that it went into; of a merchant's: the merchant's id
  std::int64_t opened_at = 0;
  std::optional<std::int64_t> ended_at;

  [[nodiscard]] bool is_group() const { return is == Kind::family || is == Kind::team; }
  friend bool operator==(const Account&, const Account&) = default;
};

[[nodiscard]] constexpr std::string_view to_words(Account::Kind kind) {
  switch (kind) {
    case Account::Kind::person: return "person";
    case Account::Kind::family: return "family";
    case Account::Kind::team: return "team";
    case Account::Kind::merchant: return "merchant";
  }
  return "unknown";
}

[[nodiscard]] constexpr std::string_view to_words(Account::State state) {
  switch (state) {
    case Account::State::active: return "active";
    case Account::State::closed: return "closed";
    case Account::State::merged: return "merged";
    case Account::State::erased: return "erased";
  }
  return "unknown";
}

/// One of the ledger's accounts that belongs to a participant.
struct Purse {
  std::int64_t no = 0;
  std::int64_t since = 0;
};

/// Credit that a booking brought to a purse, or took from it.
struct PurseLeg {
  std::int64_t at = 0;
  std::int64_t claim = 0;    ///< below 0: a spend's number, negated
  std::int64_t booking = 0;  ///< of the claim's
  std::int64_t mg = 0;
  std::int64_t spendable_at = 0;
};

/// Lets one person into a group, once.
struct Invitation {
  Digest hash{};  ///< of the code
  std::string group;
  std::int64_t expires_at = 0;
  std::string used_by;  ///< empty: by nobody yet
};

/// Credit that leaves an account, first set aside, for an order of trees.
struct Spend {
  enum class State : std::uint8_t { reserved = 0, agreed = 1, spent = 2, released = 3 };

  std::int64_t no = 0;  ///< its bookings are of the claim -no
  std::string account;
  std::int64_t order = 0;
  std::int64_t mg = 0;
  State state = State::reserved;           ///< `agreed`: still set aside, and its holder has said yes
  std::int64_t at = 0;                     ///< when it was set aside
  std::optional<std::int64_t> decided_at;  ///< when it was spent or released

  [[nodiscard]] bool is_open() const { return state == State::reserved || state == State::agreed; }
};

[[nodiscard]] constexpr std::string_view to_words(Spend::State state) {
  switch (state) {
    case Spend::State::reserved: return "reserved";
    case Spend::State::agreed: return "agreed";
    case Spend::State::spent: return "spent";
    case Spend::State::released: return "released";
  }
  return "unknown";
}

}  // namespace greentill::credit
