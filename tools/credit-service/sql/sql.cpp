// SPDX-License-Identifier: Apache-2.0
#include "tools/credit-service/sql/sql.hpp"

namespace greentill::sql {

Result<std::int64_t> Database::integer(std::string_view sql) {
  Statement statement;
  if (Status prepared = statement.prepare(*this, sql); !prepared) return Failure{prepared.error()};
  Query row(statement);
  const std::int64_t value = row.next() ? row.integer(0) : 0;
  return row.result(value);
}

Status Database::begin_read() {
  if (snapshots_ == 0) {
    if (Status started = start_snapshot(); !started) return started;
  }
  ++snapshots_;
  return Done{};
}

void Database::end_read() {
  if (--snapshots_ == 0) end_snapshot();
}

Status Statement::prepare(Database& database, std::string_view sql) {
  auto prepared = database.prepare(sql);
  if (!prepared) return Failure{prepared.error()};
  prepared_ = std::move(*prepared);
  return Done{};
}

Status prepare_all(Database& database, std::initializer_list<Preparation> preparations) {
  for (const auto& [statement, sql] : preparations) {
    if (Status prepared = statement.prepare(database, sql); !prepared) return prepared;
  }
  return Done{};
}

Result<Snapshot> Snapshot::begin(Database& database) {
  if (Status begun = database.begin_read(); !begun) return Failure{begun.error()};
  return Snapshot(database);
}

Result<Statement*> KeptStatements::of(std::string_view sql) {
  if (const auto known = all_.find(sql); known != all_.end()) return &known->second;
  if (all_.size() >= kMost) all_.clear();
  const auto added = all_.try_emplace(std::string(sql)).first;
  if (Status prepared = added->second.prepare(database_, sql); !prepared) {
    all_.erase(added);
    return Failure{prepared.error()};
  }
  return &added->second;
}

}  // namespace greentill::sql
