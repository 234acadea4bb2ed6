// SPDX-License-Identifier: Apache-2.0
// What an operator sees of locks.
#include "tools/credit-service/ledger/tables/books_claims.hpp"
#include "tools/credit-service/registry/json.hpp"
#include "tools/credit-service/sql/sql.hpp"

namespace greentill::credit {

namespace {

constexpr const char* kState = R"sql(
SELECT l.counter, count(r.counter), coalesce(max(r.counter), 0), coalesce(sum(CASE WHEN r.settled = 0 THEN 1 ELSE 0 END), 0),
  min(CASE WHEN r.settled = 0 THEN came END), max(came)
FROM locks l LEFT JOIN lock_rides r ON r.lock = l.id WHERE l.id = ? GROUP BY l.id)sql";

constexpr const char* kFaults = "SELECT counter, kind, claim, at, lifted_at FROM lock_faults WHERE lock = ? ORDER BY counter";

Status read_faults(sql::Database& database, const std::string& id, std::vector<LockFault>& into) {
  sql::Statement statement;
  if (Status prepared = statement.prepare(database, kFaults); !prepared) return prepared;
  sql::Query row(statement, id);
  while (row.next()) {
    into.push_back({id, static_cast<std::uint32_t>(row.integer(0)), static_cast<LockFaultKind>(row.integer(1)), row.integer(2),
                    row.integer(3), row.optional(4)});
  }
  return row.status();
}

}  // namespace

Result<std::optional<LockState>> read_lock(sql::Database& database, const std::string& id) {
  sql::Statement statement;
  if (Status prepared = statement.prepare(database, kState); !prepared) return Failure{prepared.error()};
  std::optional<LockState> state;
  sql::Query row(statement, id);
  while (row.next()) {
    state = LockState{row.count(0), row.count(1), row.count(2), row.count(3), row.optional(4), row.optional(5), {}};
  }
  if (Status read = row.status(); !read) return Failure{read.error()};
  if (!state) return state;
  if (Status read = read_faults(database, id, state->faults); !read) return Failure{read.error()};
  return state;
}

Status count_locks(sql::Database& database, Report& report) {
  sql::Statement statement;
  if (Status prepared = statement.prepare(database, "SELECT state, count(*) FROM locks GROUP BY state"); !prepared)
    return prepared;
  sql::Query row(statement);
  while (row.next()) report.locks[std::string(to_words(static_cast<Device::State>(row.integer(0))))] = row.count(1);
  if (Status read = row.status(); !read) return read;
  const auto contradicted = database.integer("SELECT count(DISTINCT lock) FROM lock_faults WHERE lifted_at IS NULL");
  if (!contradicted) return Failure{contradicted.error()};
  report.contradicted = static_cast<std::uint64_t>(*contradicted);
  return Done{};
}

}  // namespace greentill::credit
