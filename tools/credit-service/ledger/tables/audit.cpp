// SPDX-License-Identifier: Apache-2.0
#include "tools/credit-service/ledger/tables/audit.hpp"

namespace greentill::credit {
namespace {

// Accounts and claims. Kinds of booking: 1 takes back.
constexpr Invariant kOfClaims[] = {
    {"SELECT coalesce(sum(balance), 0) FROM accounts", "mg: the books do not balance to zero"},
    {"SELECT count(*) FROM accounts a WHERE kind IN ('customer', 'hashed', 'bearer', 'erased', 'merchant') AND balance <> "
     "(SELECT "
     "coalesce(sum(mg), 0) FROM legs WHERE account = a.no)",
     "accounts are not their legs"},
    {"SELECT count(*) FROM accounts WHERE kind IN ('customer', 'hashed', 'bearer', 'erased', 'unattributed') AND balance < 0",
     "customers are below zero"},
    {"SELECT count(*) FROM accounts a WHERE kind = 'merchant' AND balance < 0 AND balance < (SELECT coalesce(sum(l.mg), 0) FROM "
     "legs l CROSS JOIN bookings b ON b.claim = l.claim AND b.number = l.booking WHERE l.account = a.no AND l.mg < 0 AND b.kind "
     "= "
     "1)",
     "merchants are below zero by more than was theirs to share"},
    {"SELECT count(*) FROM (SELECT kind FROM accounts GROUP BY kind HAVING (kind IN ('issuance', 'loss') AND sum(balance) > 0) "
     "OR (kind IN ('operator', 'reserved', 'spent', 'paid-out', 'lapsed') AND sum(balance) < 0)) AS t",
     "kinds of account are on the wrong side of zero"},
    {"SELECT count(*) FROM accounts WHERE (kind = 'budget' AND balance < 0) OR (kind = 'sponsor' AND balance > 0)",
     "budgets paid more than they had, or sponsors took"},
    {"SELECT count(*) FROM claims WHERE (reason <> 0 OR holds <> 0) AND coalesce(granted, 0) <> 0",
     "refused or held claims have a grant"},
    {"SELECT count(*) FROM claims WHERE granted < 0 OR (granted IS NOT NULL AND (customer IS NULL OR programme IS NULL))",
     "claims have a grant that is none"},
    {"SELECT count(*) FROM limits WHERE used < 0", "limits are used less than not at all"},
};

// Kinds of entry are not known here: a reduction that was accepted once has a grant, if of 0. Chain states: 0 open, 1 waiting, 2
// on probation, 3 held; reasons 29 and 30: what contradicts a chain holds several.
constexpr Invariant kOfChains[] = {
    {"SELECT count(*) FROM chains c WHERE c.seq <> (SELECT count(*) FROM claims WHERE id BETWEEN (c.no << 40) AND "
     "((c.no + 1) << 40) - 1) + (SELECT coalesce(sum(CASE WHEN first > c.seq THEN 0 WHEN last < c.seq THEN last - first + 1 ELSE "
     "c.seq - first + 1 "
     "END - (SELECT count(*) FROM claims WHERE id BETWEEN (c.no << 40) + first AND (c.no << 40) + last)), 0) FROM lost WHERE "
     "chain = c.no)",
     "chains have a hole"},
    {"SELECT count(*) FROM (SELECT device FROM chains WHERE state = 0 GROUP BY device HAVING count(*) > 1) AS t",
     "devices have several open chains"},
    {"SELECT count(*) FROM chains WHERE state = 0 AND opened_at = 0", "open chains were never opened"},
    {"SELECT count(*) FROM chains WHERE state <> 1 AND booked_at = 0", "chains are decided that never were"},
    {"SELECT count(*) FROM (SELECT device FROM chains WHERE state = 1 GROUP BY device HAVING count(*) > 1) AS t",
     "devices have several chains that wait"},
    {"SELECT count(*) FROM (SELECT device FROM chains WHERE state = 2 OR (state = 3 AND reason NOT IN (29, 30, 31)) GROUP BY "
     "device "
     "HAVING count(*) > 1) AS t",
     "devices have several chains on probation or held"},
    {"SELECT count(*) FROM claims m CROSS JOIN chains c ON c.no = m.id >> 40 WHERE closed_at IS NOT NULL AND (m.id & "
     "1099511627775) > closed_at AND m.reason = 0 AND m.holds = 0 AND (m.lifted & 15) = 0 AND (m.customer IS NOT NULL OR m.id IN "
     "(SELECT reversal FROM reversals))",
     "claims behind the end of their chain are decided"},
    {"SELECT count(*) FROM device_states d WHERE change <> (SELECT count(*) FROM changes WHERE device = d.device) OR change <> "
     "(SELECT coalesce(max(number), 0) FROM changes WHERE device = d.device)",
     "devices have a hole in their changes"},
    {"SELECT count(*) FROM changes WHERE device NOT IN (SELECT device FROM device_states)", "changes are no known device's"},
    {"SELECT count(*) FROM (SELECT claim, standing, granted, row_number() OVER (PARTITION BY claim ORDER BY number DESC) AS n "
     "FROM "
     "changes) t LEFT JOIN claims c ON "
     "c.id = t.claim WHERE t.n = 1 AND (c.id IS NULL OR t.standing <> CASE WHEN c.reason <> 0 THEN 2 WHEN c.holds <> 0 THEN 1 "
     "ELSE 0 END OR t.granted <> coalesce(c.granted, 0))",
     "claims stand otherwise than their device was told last"},
};

constexpr Invariant kOfActs[] = {
    {"SELECT count(*) FROM acts LEFT JOIN claims ON id = holder WHERE holder IS NOT NULL AND (id IS NULL OR reason <> 0)",
     "acts have a holder that is refused or missing"},
    {"SELECT count(*) FROM (SELECT holder FROM acts WHERE holder IS NOT NULL GROUP BY holder HAVING count(*) > 1) AS t",
     "claims hold several acts"},
    {"SELECT count(*) FROM claims WHERE granted > 0 AND id NOT IN (SELECT holder FROM acts WHERE holder IS NOT NULL)",
     "claims with a grant hold no act"},
    {"SELECT count(*) FROM acts CROSS JOIN claims ON id = holder WHERE closed_by IS NOT NULL AND granted <> 0",
     "acts that are closed have a grant"},
    {"SELECT count(*) FROM acts a WHERE closed_by IS NOT NULL AND closed_by NOT IN (SELECT reversal FROM reversals WHERE act = "
     "a.act)",
     "acts are closed by what is not kept with them"},
    {"SELECT count(*) FROM nullifiers WHERE is_act <> 1 AND (holder IS NOT NULL OR closed_by IS NOT NULL)",
     "nullifiers that are not their act's lowest have a holder"},
    {"SELECT count(*) FROM (SELECT act, claim FROM act_claims UNION ALL SELECT act, reversal FROM reversals) k WHERE act NOT IN "
     "(SELECT act FROM acts) OR NOT EXISTS (SELECT 1 FROM claims WHERE id = k.claim)",
     "claims are kept with an act that is none, or are missing"},
};

}  // namespace

Status check_all(sql::Database& database, std::span<const Invariant> invariants, std::vector<std::string>& wrong) {
  for (const auto& [must_be_zero, what] : invariants) {
    const auto value = database.integer(must_be_zero);
    if (!value) return Failure{value.error()};
    if (*value != 0) wrong.push_back(std::to_string(*value) + ' ' + what);
  }
  return Done{};
}

void tell_wrong(std::uint64_t count, const char* what, std::vector<std::string>& wrong) {
  if (count != 0) wrong.push_back(std::to_string(count) + ' ' + what);
}

Result<std::vector<std::string>> check_books(sql::Database& database, const claim::Hasher& hasher) {
  const auto snapshot = sql::Snapshot::begin(database);
  if (!snapshot) return Failure{snapshot.error()};
  std::vector<std::string> wrong;
  Status checked = check_all(database, kOfClaims, wrong);
  if (checked) checked = check_all(database, kOfChains, wrong);
  if (checked) checked = check_all(database, kOfActs, wrong);
  const auto programmes = all_programmes(database, hasher);
  if (!programmes) return Failure{programmes.error()};
  if (checked) checked = check_bookings(database, *programmes, wrong);
  if (checked) checked = check_days(database, *programmes, wrong);
  if (checked) checked = check_acts(database, wrong);
  if (checked) checked = check_locks(database, hasher, wrong);
  if (checked) checked = check_holdings(database, wrong);
  if (!checked) return Failure{checked.error()};
  return wrong;
}

}  // namespace greentill::credit
