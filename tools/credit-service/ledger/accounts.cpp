// SPDX-License-Identifier: Apache-2.0
#include "tools/credit-service/ledger/accounts.hpp"

#include <algorithm>

#include "daemon/base/hex.hpp"

namespace greentill::credit {

Result<std::int64_t> Accounts::customer(const claim::Attribution& attribution, const std::optional<claim::AccountHint>& hint) {
  if (attribution.kind == claim::Attribution::Kind::account && hint) return store_.account("customer", hint->token);
  if (attribution.kind == claim::Attribution::Kind::none) return store_.account("unattributed", "");
  // A claim without an account hint is credited to an account named by the hash; whoever has token and salt can prove it is
  // theirs, as a bearer does by the secret.
  return store_.account(attribution.kind == claim::Attribution::Kind::bearer ? "bearer" : "hashed", to_hex(attribution.hash));
}

Result<std::vector<Accounts::Limit>> Accounts::limits(std::int64_t customer, const Programme& programme, const Rule& rule,
                                                      std::int64_t ended_at) {
  std::vector<Limit> limits;
  if (!rule.has_limits()) return limits;
  const auto kind = store_.kind_of(customer);
  if (!kind) return Failure{kind.error()};
  if (*kind != "customer") return limits;
  const CalendarDay day = programme.calendar().local(ended_at);
  if (rule.limit_per_day_mg) limits.push_back({*rule.limit_per_day_mg, day.day});
  if (rule.limit_per_month_mg) limits.push_back({*rule.limit_per_month_mg, day.month});
  return limits;
}

Status Accounts::use(std::int64_t customer, const Rule& rule, const std::vector<Limit>& limits, std::int64_t mg) {
  for (const Limit& limit : limits) {
    if (Status kept = store_.use(customer, rule.activity, limit.period, mg); !kept) return kept;
  }
  return Done{};
}

Result<std::int64_t> Accounts::within_limits(std::int64_t customer, const Programme& programme, const Rule& rule,
                                             std::int64_t ended_at, std::int64_t mg) {
  if (mg == 0) return mg;
  const auto holding = limits(customer, programme, rule, ended_at);
  if (!holding) return Failure{holding.error()};
  for (const Limit& limit : *holding) {
    auto spent = store_.used(customer, rule.activity, limit.period);
    if (!spent) return spent;
    mg = std::clamp<std::int64_t>(limit.mg - *spent, 0, mg);
  }
  if (Status kept = use(customer, rule, *holding, mg); !kept) return Failure{kept.error()};
  return mg;
}

Status Accounts::give_back(std::int64_t customer, const Programme& programme, const Rule& rule, std::int64_t ended_at,
                           std::int64_t mg) {
  if (mg == 0) return Done{};
  const auto holding = limits(customer, programme, rule, ended_at);
  return holding ? use(customer, rule, *holding, -mg) : Status(Failure{holding.error()});
}

Status Accounts::book(std::int64_t claim, const Programme& programme, std::int64_t customer, std::string_view merchant,
                      std::int64_t from_mg, std::int64_t to_mg, std::int64_t at) {
  const Split from = programme.split(from_mg);
  const Split to = programme.split(to_mg);
  struct Share {
    const char* kind;
    std::string_view name;
    std::int64_t mg;
  };
  std::vector<Leg> legs;
  if (to.customer != from.customer) legs.push_back({customer, to.customer - from.customer});
  for (const Share& share : {Share{"issuance", "", from_mg - to_mg}, Share{"merchant", merchant, to.merchant - from.merchant},
                             Share{"operator", "", to.operator_share - from.operator_share}}) {
    if (share.mg == 0) continue;
    const auto account = store_.account(share.kind, share.name);
    if (!account) return Failure{account.error()};
    legs.push_back({*account, share.mg});
  }
  return store_.book(claim, legs, at);
}

}  // namespace greentill::credit
