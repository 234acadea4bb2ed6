// SPDX-License-Identifier: Apache-2.0
#include "tools/credit-service/ledger/accounts.hpp"

#include <algorithm>

#include "daemon/base/hex.hpp"

namespace greentill::credit {

Result<std::unique_ptr<Accounts>> Accounts::open(Database& database) {
  auto accounts = std::unique_ptr<Accounts>(new Accounts(database));
  const Status prepared = database.prepare(
      {{&accounts->find_account_, "SELECT id FROM accounts WHERE kind = ? AND name = ?"},
       {&accounts->add_account_, "INSERT INTO accounts(kind, name) VALUES(?, ?)"},
       {&accounts->add_posting_, "INSERT INTO postings VALUES(?, ?, ?)"},
       {&accounts->find_usage_, "SELECT mg FROM usage WHERE account = ? AND activity = ? AND period = ?"},
       {&accounts->add_usage_,
        "INSERT INTO usage VALUES(?, ?, ?, ?) ON CONFLICT(account, activity, period) DO UPDATE SET mg = mg + excluded.mg"},
       {&accounts->kind_of_, "SELECT kind FROM accounts WHERE id = ?"}});
  if (!prepared) return Failure{prepared.error()};
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

Result<std::vector<Accounts::Period>> Accounts::periods(std::int64_t customer, const Programme& programme, const Rule& rule,
                                                        std::int64_t ended_at) {
  std::vector<Period> periods;
  if (!rule.has_limits()) return periods;
  if (!kind_of_->with(customer).row()) return fail(ErrorCode::corrupt, "ledger: an account is missing");
  if (kind_of_->text(0) != "customer") return periods;
  const CalendarDay day = programme.calendar().local(ended_at);
  if (rule.limit_per_day_mg) periods.push_back({*rule.limit_per_day_mg, day.day});
  if (rule.limit_per_month_mg) periods.push_back({*rule.limit_per_month_mg, day.month});
  return periods;
}

Status Accounts::use(std::int64_t customer, const Rule& rule, const std::vector<Period>& periods, std::int64_t mg) {
  for (const Period& period : periods) {
    if (Status kept = add_usage_->with(customer, std::string_view(rule.activity), period.name, mg).done(); !kept) return kept;
  }
  return Done{};
}

Result<std::int64_t> Accounts::within_limits(std::int64_t customer, const Programme& programme, const Rule& rule,
                                             std::int64_t ended_at, std::int64_t mg) {
  if (mg == 0) return mg;
  const auto limits = periods(customer, programme, rule, ended_at);
  if (!limits) return Failure{limits.error()};
  for (const Period& period : *limits) {
    const auto spent = used(customer, rule.activity, period.name);
    if (!spent) return spent;
    mg = std::clamp<std::int64_t>(period.limit_mg - *spent, 0, mg);
  }
  if (Status kept = use(customer, rule, *limits, mg); !kept) return Failure{kept.error()};
  return mg;
}

Status Accounts::give_back(std::int64_t customer, const Programme& programme, const Rule& rule, std::int64_t ended_at,
                           std::int64_t mg) {
  if (mg == 0) return Done{};
  const auto limits = periods(customer, programme, rule, ended_at);
  return limits ? use(customer, rule, *limits, -mg) : Status(Failure{limits.error()});
}

Status Accounts::post_to(std::int64_t booking, std::int64_t account, std::int64_t mg) {
  return mg == 0 ? Status(Done{}) : add_posting_->with(booking, account, mg).done();
}

Status Accounts::post(std::int64_t booking, std::string_view kind, std::string_view name, std::int64_t mg) {
  if (mg == 0) return Done{};
  const auto id = account(kind, name);
  return id ? post_to(booking, *id, mg) : Status(Failure{id.error()});
}

Status Accounts::book(std::int64_t booking, const Programme& programme, std::int64_t customer, std::string_view merchant,
                      std::int64_t from_mg, std::int64_t to_mg) {
  const Split from = programme.split(from_mg);
  const Split to = programme.split(to_mg);
  if (Status done = post(booking, "issuance", "", from_mg - to_mg); !done) return done;
  if (Status done = post_to(booking, customer, to.customer - from.customer); !done) return done;
  if (Status done = post(booking, "merchant", merchant, to.merchant - from.merchant); !done) return done;
  return post(booking, "operator", "", to.operator_share - from.operator_share);
}

}  // namespace greentill::credit
