// SPDX-License-Identifier: Apache-2.0
// Statements that few need, prepared when they are asked. Private to the folders of accounts and trees. Threads: as the
// connection.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "daemon/sqlite/kept_statements.hpp"

namespace greentill::credit {

class Statements {
 public:
  /// `database` must outlive it.
  explicit Statements(sqlite::Database& database) : database_(database), kept_(database) {}

  template <typename... Values>
  Status run(std::string_view sql, const Values&... values) {
    const auto statement = kept_.of(sql);
    return statement ? (*statement)->run(values...) : Status(Failure{statement.error()});
  }
  /// Likewise of an INSERT: the new row's number.
  template <typename... Values>
  Result<std::int64_t> insert(std::string_view sql, const Values&... values) {
    Status added = run(sql, values...);
    return added ? Result<std::int64_t>(database_.last_row()) : Failure{added.error()};
  }
  /// Every row, as `read` makes it.
  template <typename Read, typename... Values>
  auto list(const Read& read, std::string_view sql, const Values&... values)
      -> Result<std::vector<decltype(read(std::declval<const sqlite::Query&>()))>> {
    const auto statement = kept_.of(sql);
    if (!statement) return Failure{statement.error()};
    std::vector<decltype(read(std::declval<const sqlite::Query&>()))> rows;
    sqlite::Query row(**statement, values...);
    while (row.next()) rows.push_back(read(row));
    return row.result(std::move(rows));
  }
  /// The first row; nothing where there is none.
  template <typename Read, typename... Values>
  auto first(const Read& read, std::string_view sql, const Values&... values)
      -> Result<std::optional<decltype(read(std::declval<const sqlite::Query&>()))>> {
    auto rows = list(read, sql, values...);
    if (!rows) return Failure{rows.error()};
    if (rows->empty()) return std::optional<decltype(read(std::declval<const sqlite::Query&>()))>();
    return std::optional(std::move(rows->front()));
  }

 private:
  sqlite::Database& database_;
  sqlite::KeptStatements kept_;
};

}  // namespace greentill::credit
