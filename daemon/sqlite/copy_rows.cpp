// SPDX-License-Identifier: Apache-2.0
#include "daemon/sqlite/copy_rows.hpp"

#include <sqlite3.h>

namespace greentill::sqlite {
namespace {

std::string insertion(const std::string& table, int columns) {
  std::string sql = "INSERT OR IGNORE INTO " + table + " VALUES (?1";
  for (int i = 2; i <= columns; ++i) sql += ", ?" + std::to_string(i);
  return sql + ")";
}

}  // namespace

/// Has the handles, since values go over as they are, whatever they are.
class RowCopy {
 public:
  RowCopy(Database& from, Database& into) : from_(from), into_(into) {}

  /// Whether all rows were read.
  Result<bool> run(const std::string& table, const std::string& order) {
    Statement reading;
    if (!reading.prepare(from_, "SELECT * FROM " + table + order)) return false;
    const int columns = sqlite3_column_count(reading.handle_);
    Statement writing;
    if (Status prepared = writing.prepare(into_, insertion(table, columns)); !prepared) return Failure{prepared.error()};
    int code = SQLITE_OK;
    while ((code = sqlite3_step(reading.handle_)) == SQLITE_ROW) {
      for (int i = 0; i < columns; ++i) sqlite3_bind_value(writing.handle_, i + 1, sqlite3_column_value(reading.handle_, i));
      Query insert(writing);
      while (insert.next()) {
      }
      const Status written = insert.status();
      if (!written && written.error().code != ErrorCode::conflict) return Failure{written.error()};
    }
    return code == SQLITE_DONE;
  }

 private:
  Database& from_;
  Database& into_;
};

Status copy_rows(Database& from, Database& into, const std::string& table, const std::string& order) {
  RowCopy copy(from, into);
  const auto forwards = copy.run(table, "");
  if (!forwards || *forwards) return forwards ? Status(Done{}) : Status(Failure{forwards.error()});
  const auto backwards = copy.run(table, " ORDER BY " + order);
  return backwards ? Status(Done{}) : Status(Failure{backwards.error()});
}

}  // namespace greentill::sqlite
