// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <functional>

#include "tools/credit-service/ledger/tables/audit.hpp"
#include "tools/credit-service/ledger/tables/books_claims.hpp"

namespace greentill::credit {
namespace {

/// Calls `take` for every row of the result.
Status for_each_row(sql::Database& database, const char* sql, const std::function<void(const sql::Query&)>& take) {
  sql::Statement statement;
  if (Status prepared = statement.prepare(database, sql); !prepared) return prepared;
  sql::Query row(statement);
  while (row.next()) take(row);
  return row.status();
}

void count_in(HeldSum& sum, const HeldClaim& claim) {
  ++sum.claims;
  sum.asked_mg += claim.asked_mg;
  sum.oldest = sum.oldest == 0 ? claim.decision.arrived : std::min(sum.oldest, claim.decision.arrived);
}

}  // namespace

Result<Report> make_report(sql::Database& database) {
  const auto snapshot = sql::Snapshot::begin(database);
  if (!snapshot) return Failure{snapshot.error()};
  Report report;
  Status read = for_each_row(database, "SELECT kind, sum(balance) FROM accounts GROUP BY kind",
                             [&](const auto& row) { report.accounts[std::string(row.text(0))] = row.integer(1); });
  if (!read) return Failure{read.error()};
  read = for_each_row(database, "SELECT reason, count(*), coalesce(sum(granted), 0) FROM claims GROUP BY reason",
                      [&](const auto& row) {
                        const auto reason = static_cast<Reason>(row.integer(0));
                        report.claims += row.count(1);
                        report.granted_mg += row.integer(2);
                        if (reason != Reason::none) report.refused[std::string(to_string(reason))] = row.count(1);
                      });
  if (!read) return Failure{read.error()};
  read = read_held(database, {}, [&](const HeldClaim& claim) -> Status {
    count_in(report.held_in_all, claim);
    for (const Reason reason : kHoldReasons) {
      if (claim.decision.holds.has(reason)) count_in(report.held[std::string(to_string(reason))], claim);
    }
    return Done{};
  });
  if (!read) return Failure{read.error()};
  read = for_each_row(database, "SELECT state, count(*) FROM chains GROUP BY state", [&](const auto& row) {
    report.chains[std::string(to_string(static_cast<ChainStanding>(row.integer(0))))] = row.count(1);
  });
  if (!read) return Failure{read.error()};
  if (Status locks = count_locks(database, report); !locks) return Failure{locks.error()};
  const auto pending = database.integer("SELECT count(*) FROM pending");
  if (!pending) return Failure{pending.error()};
  report.pending = static_cast<std::uint64_t>(*pending);
  return report;
}

}  // namespace greentill::credit
