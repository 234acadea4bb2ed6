// SPDX-License-Identifier: Apache-2.0
#include "tools/credit-service/ledger/sqlite/audit.hpp"

#include <functional>
#include <map>

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

// The sums of each claim's postings, by who received them.
constexpr const char* kShares = R"sql(
SELECT c.id, c.programme, c.granted,
  coalesce(sum(mg) FILTER (WHERE kind = 'issuance'), 0), coalesce(sum(mg) FILTER (WHERE account = c.customer), 0),
  coalesce(sum(mg) FILTER (WHERE kind = 'merchant'), 0), coalesce(sum(mg) FILTER (WHERE kind = 'operator'), 0)
FROM claims c LEFT JOIN postings ON booking = c.id LEFT JOIN accounts ON accounts.id = account
WHERE c.granted IS NOT NULL GROUP BY c.id)sql";

/// Every programme that the ledger ever booked by.
Result<std::map<std::int64_t, Programme>> all_programmes(sqlite::Database& database, const claim::Hasher& hasher) {
  std::map<std::int64_t, Programme> programmes;
  sqlite::Statement stored;
  if (Status prepared = stored.prepare(database, "SELECT id, bytes FROM programmes"); !prepared) return Failure{prepared.error()};
  sqlite::Query row(stored);
  while (row.next()) {
    const std::string name = "programme " + std::to_string(row.integer(0)) + " of the ledger";
    auto programme = Programme::parse(row.text(1), name, hasher);
    if (!programme) return Failure{programme.error()};
    programmes.emplace(row.integer(0), std::move(*programme));
  }
  return row.result(std::move(programmes));
}

/// Checks that each claim's grant was shared as its programme says; adds a message to `wrong` where not.
Status check_shares(sqlite::Database& database, const claim::Hasher& hasher, std::vector<std::string>& wrong) {
  const auto programmes = all_programmes(database, hasher);
  if (!programmes) return Failure{programmes.error()};
  sqlite::Statement shares;
  if (Status prepared = shares.prepare(database, kShares); !prepared) return prepared;
  std::uint64_t count = 0;
  sqlite::Query row(shares);
  while (row.next()) {
    const std::int64_t granted = row.integer(2);
    const auto programme = programmes->find(row.integer(1));
    if (programme == programmes->end()) return database.damaged("programme " + std::to_string(row.integer(1)) + " is missing");
    const Split split = programme->second.split(granted);
    const bool same = row.integer(3) == -granted && row.integer(4) == split.customer && row.integer(5) == split.merchant &&
                      row.integer(6) == split.operator_share;
    if (!same) ++count;
  }
  if (count != 0) wrong.push_back(std::to_string(count) + " claims are not booked as granted and shared");
  return row.status();
}

/// Calls `take` for every row of the result.
Status for_each_row(sqlite::Database& database, const char* sql, const std::function<void(const sqlite::Query&)>& take) {
  sqlite::Statement statement;
  if (Status prepared = statement.prepare(database, sql); !prepared) return prepared;
  sqlite::Query row(statement);
  while (row.next()) take(row);
  return row.status();
}

}  // namespace

Result<Report> make_report(sqlite::Database& database) {
  const auto snapshot = sqlite::Transaction::begin_read(database);
  if (!snapshot) return Failure{snapshot.error()};
  Report report;
  Status read = for_each_row(database, "SELECT kind, sum(mg) FROM postings JOIN accounts ON id = account GROUP BY kind",
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
  read = for_each_row(database, "SELECT device FROM quarantine ORDER BY device",
                      [&](const auto& row) { report.quarantined.emplace_back(row.text(0)); });
  if (!read) return Failure{read.error()};
  const auto pending = database.integer("SELECT count(*) FROM pending");
  if (!pending) return Failure{pending.error()};
  report.pending = static_cast<std::uint64_t>(*pending);
  return report;
}

Result<std::vector<std::string>> check_books(sqlite::Database& database, const claim::Hasher& hasher) {
  const auto snapshot = sqlite::Transaction::begin_read(database);
  if (!snapshot) return Failure{snapshot.error()};
  std::vector<std::string> wrong;
  for (const auto& [must_be_zero, what] : kInvariants) {
    const auto value = database.integer(must_be_zero);
    if (!value) return Failure{value.error()};
    if (*value != 0) wrong.push_back(std::to_string(*value) + ' ' + what);
  }
  if (Status checked = check_shares(database, hasher, wrong); !checked) return Failure{checked.error()};
  return wrong;
}

}  // namespace greentill::credit
