// SPDX-License-Identifier: Apache-2.0
#include "tools/credit-service/ledger/audit.hpp"

namespace greentill::credit {
namespace {

struct Invariant {
  const char* must_be_zero;
  const char* what;
};

constexpr Invariant kInvariants[] = {
    {"SELECT coalesce(sum(mg), 0) FROM postings", "mg: the books do not balance to zero"},
    {"SELECT count(*) FROM (SELECT booking FROM postings GROUP BY booking HAVING sum(mg) <> 0)",
     "bookings do not balance to zero"},
    {"SELECT count(*) FROM nullifiers LEFT JOIN claims ON id = claim WHERE id IS NULL OR reason <> 0",
     "nullifiers have no booked claim"},
    {"SELECT count(*) FROM claims WHERE granted > 0 AND id NOT IN (SELECT claim FROM nullifiers)",
     "claims with a grant have no nullifier"},
    {"SELECT count(*) FROM (SELECT claim FROM nullifiers GROUP BY claim HAVING count(*) > 1)", "claims hold several nullifiers"},
    {"SELECT count(*) FROM claims WHERE (reason <> 0 OR programme IS NULL) AND coalesce(granted, 0) <> 0",
     "refused claims, or no reductions, have a grant"},
    {"SELECT count(DISTINCT booking) FROM postings LEFT JOIN claims ON id = booking "
     "WHERE id IS NULL OR reason <> 0 OR granted IS NULL",
     "bookings are no accepted reduction's"},
    {"SELECT count(*) FROM chains c WHERE c.seq <> (SELECT count(*) FROM claims WHERE id BETWEEN (c.id << 40) AND "
     "((c.id + 1) << 40) - 1)",
     "chains have a hole"},
    {"SELECT count(*) FROM usage WHERE mg < 0", "limits are used less than not at all"},
    {"SELECT count(*) FROM (SELECT account FROM postings JOIN accounts ON id = account WHERE kind <> 'issuance' GROUP BY account "
     "HAVING sum(mg) < 0)",
     "accounts are below zero"},
};

// What each claim's postings add up to, by who has them.
constexpr const char* kShares = R"sql(
SELECT c.id, c.programme, c.granted,
  coalesce(sum(mg) FILTER (WHERE kind = 'issuance'), 0), coalesce(sum(mg) FILTER (WHERE account = c.customer), 0),
  coalesce(sum(mg) FILTER (WHERE kind = 'merchant'), 0), coalesce(sum(mg) FILTER (WHERE kind = 'operator'), 0)
FROM claims c LEFT JOIN postings ON booking = c.id LEFT JOIN accounts ON accounts.id = account
WHERE c.granted IS NOT NULL GROUP BY c.id)sql";

Result<std::int64_t> number(Database& database, const char* sql) {
  auto statement = database.prepare(sql);
  if (!statement) return Failure{statement.error()};
  if (!(*statement)->with().row()) {
    const Status ok = (*statement)->ok();
    return ok ? fail(ErrorCode::io, std::string("ledger: no answer to ") + sql) : Failure{ok.error()};
  }
  return (*statement)->integer(0);
}

/// Whether each claim's grant was shared as its programme says.
Status check_shares(Database& database, Programmes& programmes, std::vector<std::string>& wrong) {
  auto shares = database.prepare(kShares);
  if (!shares) return Failure{shares.error()};
  std::uint64_t count = 0;
  for ((*shares)->with(); (*shares)->row();) {
    const auto programme = programmes.find((*shares)->integer(1));
    if (!programme) return Failure{programme.error()};
    const std::int64_t granted = (*shares)->integer(2);
    const Split split = (*programme)->split(granted);
    const bool same = (*shares)->integer(3) == -granted && (*shares)->integer(4) == split.customer &&
                      (*shares)->integer(5) == split.merchant && (*shares)->integer(6) == split.operator_share;
    if (!same) ++count;
  }
  if (count != 0) wrong.push_back(std::to_string(count) + " claims are not booked as granted and shared");
  return (*shares)->ok();
}

}  // namespace

Result<Report> make_report(Database& database) {
  Transaction snapshot(database);
  if (Status begun = snapshot.begin_read(); !begun) return Failure{begun.error()};
  std::unique_ptr<Statement> accounts, reasons, held;
  const Status prepared =
      database.prepare({{&accounts, "SELECT kind, sum(mg) FROM postings JOIN accounts ON id = account GROUP BY kind"},
                        {&reasons, "SELECT reason, count(*), coalesce(sum(granted), 0) FROM claims GROUP BY reason"},
                        {&held, "SELECT device FROM quarantine ORDER BY device"}});
  if (!prepared) return Failure{prepared.error()};
  Report report;
  for (accounts->with(); accounts->row();) report.accounts[std::string(accounts->text(0))] = accounts->integer(1);
  for (reasons->with(); reasons->row();) {
    const auto reason = static_cast<Reason>(reasons->integer(0));
    const auto count = static_cast<std::uint64_t>(reasons->integer(1));
    report.claims += count;
    report.granted_mg += reasons->integer(2);
    if (reason != Reason::none) report.refused[std::string(to_string(reason))] = count;
  }
  for (held->with(); held->row();) report.quarantined.emplace_back(held->text(0));
  for (Statement* statement : {accounts.get(), reasons.get(), held.get()}) {
    if (Status ok = statement->ok(); !ok) return Failure{ok.error()};
  }
  const auto pending = number(database, "SELECT count(*) FROM pending");
  if (!pending) return Failure{pending.error()};
  report.pending = static_cast<std::uint64_t>(*pending);
  return report;
}

Result<std::vector<std::string>> check_books(Database& database, Programmes& programmes) {
  Transaction snapshot(database);
  if (Status begun = snapshot.begin_read(); !begun) return Failure{begun.error()};
  std::vector<std::string> wrong;
  for (const auto& [must_be_zero, what] : kInvariants) {
    const auto value = number(database, must_be_zero);
    if (!value) return Failure{value.error()};
    if (*value != 0) wrong.push_back(std::to_string(*value) + ' ' + what);
  }
  if (Status checked = check_shares(database, programmes, wrong); !checked) return Failure{checked.error()};
  return wrong;
}

}  // namespace greentill::credit
