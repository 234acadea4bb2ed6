// SPDX-License-Identifier: Apache-2.0
#include "tools/credit-service/accounts/accounts.hpp"

#include "tools/credit-service/accounts/refused.hpp"
#include "tools/credit-service/holdings/token.hpp"
#include "tools/credit-service/registry/names.hpp"

namespace greentill::credit {
namespace {

constexpr int kTries = 16;  // two ids in 2^35 meet once among 200,000 accounts

}  // namespace

Result<Account> Accounts::find(const std::string& id) {
  const auto digits = read_account_id(id);
  if (!digits) return Failure{digits.error()};
  std::string next = *digits;
  while (true) {
    auto account = accounts_.account(next);
    if (!account) return Failure{account.error()};
    if (!*account) return fail(ErrorCode::not_found, "there is no account " + next);
    if ((*account)->state != Account::State::merged) return std::move(**account);
    next = (*account)->follow;
  }
}

Result<Account> Accounts::active(const std::string& id) {
  auto account = find(id);
  if (!account || account->state == Account::State::active) return account;
  return refused(*account, "is " + std::string(to_words(account->state)));
}

Result<Accounts::Opened> Accounts::open(Account::Kind kind, const std::string& name, const std::string& merchant) {
  if (Status named = name.empty() ? Done{} : check_name(name); !named) return Failure{named.error()};
  if ((kind == Account::Kind::merchant) != !merchant.empty()) {
    return fail(ErrorCode::invalid, "an account of a merchant says which merchant, and no other does");
  }
  Opened opened{{"", kind, Account::State::active, name, merchant, now_, {}}, ""};
  for (int i = 0; i < kTries && opened.account.id.empty(); ++i) {
    std::string id = make_account_id(random_);
    const auto taken = accounts_.account(id);
    if (!taken) return Failure{taken.error()};
    if (!*taken) opened.account.id = std::move(id);
  }
  if (opened.account.id.empty()) return fail(ErrorCode::full, "no id is free for an account");
  if (Status put = accounts_.put(opened.account); !put) return Failure{put.error()};
  if (kind != Account::Kind::merchant) {
    auto token = add_token(opened.account.id);
    if (!token) return Failure{token.error()};
    opened.token = std::move(*token);
    return opened;
  }
  const auto known = ledger_.registry().merchant(merchant);
  if (!known) return Failure{known.error()};
  if (!*known) return fail(ErrorCode::not_found, "the registry has no merchant \"" + merchant + "\"");
  const auto purse = ledger_.account("merchant", merchant, 0);
  if (!purse) return Failure{purse.error()};
  const auto owner = ledger_.owner(*purse);
  if (!owner) return Failure{owner.error()};
  if (!owner->empty()) return fail(ErrorCode::conflict, "merchant " + merchant + " has an account, " + *owner);
  if (Status given = add_purse(opened.account.id, *purse); !given) return Failure{given.error()};
  return opened;
}

Status Accounts::check_room(const std::string& id, std::size_t more) {
  const auto purses = accounts_.purses(id);
  if (!purses) return Failure{purses.error()};
  if (purses->size() + more <= kMostPurses) return Done{};
  return fail(ErrorCode::conflict, "account " + id + " has " + std::to_string(purses->size()) +
                                       " tokens and secrets, and may have " + std::to_string(kMostPurses));
}

Status Accounts::give(std::int64_t purse, const std::string& id) {
  const auto owner = ledger_.owner(purse);
  if (!owner) return Failure{owner.error()};
  if (!owner->empty()) {
    if (Status taken = accounts_.drop_purse(*owner, purse); !taken) return taken;
  }
  if (Status given = ledger_.set_owner(purse, id); !given) return given;
  return accounts_.add(id, Purse{purse, now_});
}

Status Accounts::add_purse(const std::string& id, std::int64_t purse) {
  Status room = check_room(id, 1);
  return room ? give(purse, id) : room;
}

Result<std::string> Accounts::add_token(const std::string& id) {
  const auto account = active(id);
  if (!account) return Failure{account.error()};
  if (account->is == Account::Kind::merchant) return refused(*account, "is a merchant's, which has no token");
  std::string token = make_token(random_);
  const auto purse = ledger_.account("customer", token, 0);
  if (!purse) return Failure{purse.error()};
  if (Status given = add_purse(account->id, *purse); !given) return Failure{given.error()};
  return token;
}

Status Accounts::take_token(const std::string& id, std::string_view token) {
  const auto account = active(id);
  if (!account) return Failure{account.error()};
  if (account->is == Account::Kind::merchant) return refused(*account, "is a merchant's, which has no token");
  const auto purse = ledger_.find_account("customer", canonical_token(token));
  if (!purse) return Failure{purse.error()};
  if (!*purse) return fail(ErrorCode::not_found, "no claim came with that token yet");
  const auto owner = ledger_.owner(**purse);
  if (!owner) return Failure{owner.error()};
  if (*owner == account->id) return Done{};
  // Whose it is stays unsaid: whoever asks may not be entitled to know.
  if (!owner->empty()) return fail(ErrorCode::conflict, "that token belongs to another account");
  return add_purse(account->id, **purse);
}

Status Accounts::move_token(std::string_view token, const std::string& to) {
  const auto account = active(to);
  if (!account) return Failure{account.error()};
  if (account->is == Account::Kind::merchant) return refused(*account, "is a merchant's, which has no token");
  const auto purse = ledger_.find_account("customer", canonical_token(token));
  if (!purse) return Failure{purse.error()};
  if (!*purse) return fail(ErrorCode::not_found, "no account has that token");
  return add_purse(account->id, **purse);
}

Result<std::size_t> Accounts::count_waiting(const std::string& id) {
  const auto purses = accounts_.purses(id);
  if (!purses) return Failure{purses.error()};
  std::size_t waiting = 0;
  for (const Purse& purse : *purses) {
    const auto name = ledger_.account_name(purse.no);
    if (!name) return Failure{name.error()};
    if (name->first != "bearer") continue;
    const auto balance = ledger_.balance(purse.no);
    if (!balance) return Failure{balance.error()};
    waiting += *balance == 0 ? 1 : 0;
  }
  return waiting;
}

Result<std::int64_t> Accounts::redeem(const std::string& id, std::string_view secret) {
  const auto account = active(id);
  if (!account) return Failure{account.error()};
  if (account->is == Account::Kind::merchant) return refused(*account, "is a merchant's, which redeems no customer's secret");
  const auto name = bearer_name(secret, hasher_);
  if (!name) return Failure{name.error()};
  const auto known = ledger_.find_account("bearer", *name);
  if (!known) return Failure{known.error()};
  if (!*known) {
    // The till may be offline: what it made comes later. But nobody fills the ledger with secrets that no till printed.
    const auto waiting = count_waiting(account->id);
    if (!waiting) return Failure{waiting.error()};
    if (*waiting >= kMostWaiting) {
      return refused(*account,
                     "has redeemed " + std::to_string(*waiting) + " secrets for which nothing came yet; try again when it has");
    }
  }
  const auto purse = ledger_.account("bearer", *name, 0);
  if (!purse) return Failure{purse.error()};
  const auto owner = ledger_.owner(*purse);
  if (!owner) return Failure{owner.error()};
  if (!owner->empty() && *owner != account->id) {
    return fail(ErrorCode::conflict, "that secret was redeemed already, by another account");
  }
  if (owner->empty()) {
    if (Status given = add_purse(account->id, *purse); !given) return Failure{given.error()};
  }
  return ledger_.balance(*purse);
}

}  // namespace greentill::credit
