// SPDX-License-Identifier: Apache-2.0
#include "tools/credit-service/registry/tables/methodology_rows.hpp"

namespace greentill::credit {
namespace {

PublishedMethodology methodology_of_row(const sql::Query& row) {
  PublishedMethodology one;
  one.id = row.text(0);
  one.version = row.count(1);
  (void)row.fixed(2, one.sha256);
  one.file = row.text(3);
  one.from = row.optional(4);
  one.until = row.optional(5);
  one.number = row.count(6);
  one.changed_at = row.integer(7);
  return one;
}

}  // namespace

Result<std::vector<PublishedMethodology>> read_methodologies(sql::Database& database) {
  sql::Statement statement;
  const Status prepared = statement.prepare(
      database,
      "SELECT id, version, sha256, file, holds_from, holds_until, number, changed_at FROM methodologies ORDER BY id, version");
  if (!prepared) return Failure{prepared.error()};
  std::vector<PublishedMethodology> all;
  sql::Query row(statement);
  while (row.next()) all.push_back(methodology_of_row(row));
  return row.result(std::move(all));
}

Status put_methodology(sql::Database& database, const PublishedMethodology& one) {
  sql::Statement statement;
  Status prepared =
      statement.prepare(database,
                        "INSERT INTO methodologies VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8) ON CONFLICT(id, version) DO UPDATE "
                        "SET holds_from = ?5, holds_until = ?6, number = ?7, changed_at = ?8");
  if (!prepared) return prepared;
  return statement.run(one.id, one.version, one.sha256, one.file, one.from, one.until, one.number, one.changed_at);
}

}  // namespace greentill::credit
