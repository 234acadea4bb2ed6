// SPDX-License-Identifier: Apache-2.0
// The rules of accounts: opening, tokens, printed secrets, groups, merging, closing, erasing. docs/accounts.md. Called within a
// transaction of the ledger's store. Threads: one.
//
// Errors: invalid where something given breaks its form, not_found where what is named is not there, conflict where the account
// or another stands against it, besides the store's. Each names the account.
//
// What always holds: a purse has one owner at most; nobody but an active account gains a purse or a member.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "daemon/base/ports.hpp"
#include "daemon/claim/crypto.hpp"
#include "tools/credit-service/holdings/account_store.hpp"
#include "tools/credit-service/ledger/store.hpp"

namespace greentill::credit {

class Accounts {
 public:
  static constexpr std::size_t kMostPurses = 10'000;  ///< of an account: tokens, and printed secrets that were redeemed
  static constexpr std::size_t kMostWaiting = 100;    ///< of those, secrets of which no claim has come yet
  static constexpr std::size_t kMostMembers = 1'000;  ///< of a group
  static constexpr std::size_t kMostTeams = 16;       ///< of a person
  static constexpr std::int64_t kInvitationDays = 14;

  /// What it refers to must outlive it.
  Accounts(Store& ledger, AccountStore& accounts, Random& random, const claim::Hasher& hasher, std::int64_t now)
      : ledger_(ledger), accounts_(accounts), random_(random), hasher_(hasher), now_(now) {}

  struct Opened {
    Account account;
    std::string token;  ///< empty: a merchant's, whose purse is the merchant's share
  };
  /// `merchant`: whose account it is, for that kind alone.
  Result<Opened> open(Account::Kind kind, const std::string& name, const std::string& merchant);
  /// A further token of the account.
  Result<std::string> add_token(const std::string& id);
  /// A token that tills read already becomes the account's, with the credit that came for it. Nothing is changed where it is.
  Status take_token(const std::string& id, std::string_view token);
  /// Moves a token, and its credit, from the account that has it.
  Status move_token(std::string_view token, const std::string& to);
  /// A printed secret becomes the account's, with the credit that came or will come for it. Nothing is changed where it is.
  /// Answers its balance.
  Result<std::int64_t> redeem(const std::string& id, std::string_view secret);

  /// A code that lets one person into the group.
  Result<std::string> invite(const std::string& group);
  /// The group that the code leads into.
  Result<Account> join(const std::string& person, std::string_view code);
  Status leave(const std::string& person, const std::string& group);

  /// All that is `from`'s becomes `into`'s: purses, memberships, what was set aside and spent. `from` ends.
  Status merge(const std::string& from, const std::string& into);
  /// conflict while something is set aside.
  Result<Account> close(const std::string& id);
  /// Forgets whose the account was: its name, tokens and memberships. What came of its credit stays, under its id. Requires: what
  /// it set aside was decided.
  Result<Account> erase(const std::string& id);

  /// The account; of one that was merged the one that it went into, however often.
  Result<Account> find(const std::string& id);
  /// Likewise; conflict where it has ended.
  Result<Account> active(const std::string& id);

 private:
  /// full where the account may not have so many purses more.
  Status check_room(const std::string& id, std::size_t more);
  /// From then on the purse is the account's, whosever it was.
  Status give(std::int64_t purse, const std::string& id);
  Status add_purse(const std::string& id, std::int64_t purse);
  /// Its printed secrets for which nothing came yet.
  Result<std::size_t> count_waiting(const std::string& id);
  Result<Account> group(const std::string& id);
  Status check_nothing_reserved(const Account& account, const char* what);
  Status leave_all(const Account& account);
  Status take_over(const std::vector<std::string>& groups, std::vector<std::string> joined, const std::string& id);
  Status dissolve(const Account& account);

  Store& ledger_;
  AccountStore& accounts_;
  Random& random_;
  const claim::Hasher& hasher_;
  std::int64_t now_;
};

}  // namespace greentill::credit
