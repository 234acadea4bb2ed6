// SPDX-License-Identifier: Apache-2.0
#include "tools/credit-service/registry/tables/code_rows.hpp"

namespace greentill::credit {
namespace {

std::optional<Digest> digest_or_none(const sql::Query& row, int column) {
  Digest digest{};
  return row.fixed(column, digest) ? std::optional(digest) : std::nullopt;
}

EnrolmentCode code_of_row(const sql::Query& row) {
  EnrolmentCode code;
  (void)row.fixed(0, code.hash);
  code.device = row.text(1);
  code.made_at = row.integer(2);
  code.expires_at = row.integer(3);
  code.confirm = row.integer(4) != 0;
  code.replaces = row.integer(5) != 0;
  code.key = digest_or_none(row, 6);
  code.presented_at = row.optional(7);
  code.confirmed_at = row.optional(8);
  code.withdrawn_at = row.optional(9);
  code.certificate = digest_or_none(row, 10);
  return code;
}

}  // namespace

Result<std::vector<EnrolmentCode>> read_codes(sql::Database& database, const std::string& device) {
  sql::Statement statement;
  // One statement for both would read every code for one device's.
  std::string sql =
      "SELECT hash, device, made_at, expires_at, confirm, replaces, key, presented_at, confirmed_at, withdrawn_at, certificate "
      "FROM enrolment_codes ";
  sql += device.empty() ? "WHERE ? = '' ORDER BY device, made_at DESC, withdrawn_at IS NOT NULL"
                        : "WHERE device = ? ORDER BY made_at DESC, withdrawn_at IS NOT NULL";
  if (Status prepared = statement.prepare(database, sql); !prepared) return Failure{prepared.error()};
  std::vector<EnrolmentCode> all;
  sql::Query row(statement, device);
  while (row.next()) all.push_back(code_of_row(row));
  return row.result(std::move(all));
}

Status put_code(sql::Database& database, const EnrolmentCode& code) {
  sql::Statement statement;
  Status prepared = statement.prepare(
      database,
      "INSERT INTO enrolment_codes VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11) ON CONFLICT(hash) DO UPDATE SET "
      "key = ?7, presented_at = ?8, confirmed_at = ?9, withdrawn_at = ?10, certificate = ?11");
  if (!prepared) return prepared;
  return statement.run(code.hash, code.device, code.made_at, code.expires_at, code.confirm ? 1 : 0, code.replaces ? 1 : 0,
                       code.key, code.presented_at, code.confirmed_at, code.withdrawn_at, code.certificate);
}

}  // namespace greentill::credit
