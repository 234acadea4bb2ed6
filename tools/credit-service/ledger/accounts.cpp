// SPDX-License-Identifier: Apache-2.0
#include "tools/credit-service/ledger/accounts.hpp"

#include <algorithm>

#include "daemon/base/hex.hpp"

namespace greentill::credit {

Result<std::unique_ptr<Accounts>> Accounts::open(Database& database, const Programme& programme) {
  auto accounts = std::unique_ptr<Accounts>(new Accounts(database, programme));
  const std::pair<std::unique_ptr<Statement>*, const char*> statements[] = {
      {&accounts->find_account_, "SELECT id FROM accounts WHERE kind = ? AND name = ?"},
      {&accounts->add_account_, "INSERT INTO accounts(kind, name) VALUES(?, ?)"},
      {&accounts->add_posting_, "INSERT INTO postings VALUES(?, ?, ?)"},
      {&accounts->find_usage_, "SELECT mg FROM usage WHERE account = ? AND activity = ? AND period = ?"},
      {&accounts->add_usage_,
       "INSERT INTO usage VALUES(?, ?, ?, ?) ON CONFLICT(account, activity, period) DO UPDATE SET mg = mg + excluded.mg"},
      {&accounts->kind_of_, "SELECT kind FROM accounts WHERE id = ?"},
  };
  for (const auto& [into, sql] : statements) {
    auto prepared = database.prepare(sql);
    if (!prepared) return Failure{prepared.error()};
    *into = std::move(*prepared);
  }
  return accounts;
}

Result<std::int64_t> Accounts::account(std::string_view kind, std::string_view name) {
  std::string key(kind);
  key.append(1, '\0').append(name);
  if (const auto known = ids_.find(key); known != ids_.end()) return known->second;
  std::int64_t id = 0;
  if (find_account_->with(kind, name).row()) {
    id = find_account_->integer(0);
  } else {
    if (Status ok = find_account_->ok(); !ok) return Failure{ok.error()};
    if (Status added = add_account_->with(kind, name).done(); !added) return Failure{added.error()};
    id = database_->last_row();
  }
  // A cache for one batch's handful of accounts, not of the whole programme's.
  if (ids_.size() > 4096) ids_.clear();
  ids_.emplace(std::move(key), id);
  return id;
}

Result<std::int64_t> Accounts::customer(const claim::Attribution& attribution, const std::optional<claim::AccountHint>& hint) {
  if (attribution.kind == claim::Attribution::Kind::account && hint) return account("customer", hint->token);
  if (attribution.kind == claim::Attribution::Kind::none) return account("unattributed", "");
  // Without its hint an account stays reachable under its hash, as a bearer's secret is.
  return account(attribution.kind == claim::Attribution::Kind::bearer ? "bearer" : "hashed", to_hex(attribution.hash));
}

Result<std::int64_t> Accounts::used(std::int64_t account, std::string_view activity, std::int64_t period) {
  const bool found = find_usage_->with(account, activity, period).row();
  if (Status ok = find_usage_->ok(); !ok) return Failure{ok.error()};
  return found ? find_usage_->integer(0) : 0;
}

Result<std::int64_t> Accounts::within_limits(std::int64_t customer, const Rule& rule, std::int64_t ended_at, std::int64_t mg) {
  if (!rule.has_limits() || mg == 0) return mg;
  if (!kind_of_->with(customer).row()) return fail(ErrorCode::corrupt, "ledger: an account is missing");
  if (kind_of_->text(0) != "customer") return mg;
  const CalendarDay day = programme_->calendar().local(ended_at);
  const std::pair<std::optional<std::int64_t>, std::int64_t> periods[] = {{rule.limit_per_day_mg, day.day},
                                                                          {rule.limit_per_month_mg, day.month}};
  for (const auto& [limit, period] : periods) {
    if (!limit) continue;
    const auto spent = used(customer, rule.activity, period);
    if (!spent) return spent;
    mg = std::clamp<std::int64_t>(*limit - *spent, 0, mg);
  }
  for (const auto& [limit, period] : periods) {
    if (!limit) continue;
    if (Status kept = add_usage_->with(customer, std::string_view(rule.activity), period, mg).done(); !kept)
      return Failure{kept.error()};
  }
  return mg;
}

Status Accounts::post_to(std::int64_t booking, std::int64_t account, std::int64_t mg) {
  return mg == 0 ? Status(Done{}) : add_posting_->with(booking, account, mg).done();
}

Status Accounts::post(std::int64_t booking, std::string_view kind, std::string_view name, std::int64_t mg) {
  if (mg == 0) return Done{};
  const auto id = account(kind, name);
  return id ? post_to(booking, *id, mg) : Status(Failure{id.error()});
}

Status Accounts::book(std::int64_t booking, std::int64_t customer, std::string_view merchant, std::int64_t from_mg,
                      std::int64_t to_mg) {
  const Split from = programme_->split(from_mg);
  const Split to = programme_->split(to_mg);
  if (Status done = post(booking, "issuance", "", from_mg - to_mg); !done) return done;
  if (Status done = post_to(booking, customer, to.customer - from.customer); !done) return done;
  if (Status done = post(booking, "merchant", merchant, to.merchant - from.merchant); !done) return done;
  return post(booking, "operator", "", to.operator_share - from.operator_share);
}

}  // namespace greentill::credit
