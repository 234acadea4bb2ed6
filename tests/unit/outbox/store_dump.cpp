// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/outbox/store_dump.hpp"

#include <sqlite3.h>

#include <memory>

namespace greentill::test {
namespace {

struct Close {
  void operator()(sqlite3* database) const { sqlite3_close(database); }
};
using Connection = std::unique_ptr<sqlite3, Close>;

Connection connect(const std::filesystem::path& path, const std::string& vfs) {
  sqlite3* database = nullptr;
  sqlite3_open_v2(path.c_str(), &database, SQLITE_OPEN_READWRITE, vfs.empty() ? "unix-excl" : vfs.c_str());
  // Reading has nothing to make durable; a checkpoint asked for by run_sql does.
  if (vfs.empty()) sqlite3_exec(database, "PRAGMA synchronous = OFF", nullptr, nullptr, nullptr);
  return Connection(database);
}

int append_row(void* text, int columns, char** values, char**) {
  auto& into = *static_cast<std::string*>(text);
  for (int i = 0; i < columns; ++i) {
    if (i > 0) into += '|';
    into += values[i] != nullptr ? values[i] : "NULL";
  }
  into += '\n';
  return 0;
}

std::string query_text(sqlite3* database, const std::string& sql) {
  std::string text;
  if (sqlite3_exec(database, sql.c_str(), append_row, &text, nullptr) != SQLITE_OK) text += sqlite3_errmsg(database);
  return text;
}

constexpr const char* kWrongCounters =
    "SELECT 'wrong counters of chain', no FROM chains h WHERE "
    "pruned <> (SELECT coalesce(max(position) - (h.no << 40), 0) - count(*) FROM claims WHERE position >> 40 = h.no) UNION ALL "
    "SELECT 'wrong count of outcomes', reason FROM (SELECT * FROM outcome_counts EXCEPT SELECT standing, reason, count(*) FROM "
    "outcomes WHERE standing <> 0 GROUP BY standing, reason UNION ALL SELECT * FROM (SELECT standing, reason, count(*) FROM "
    "outcomes WHERE standing <> 0 GROUP BY standing, reason EXCEPT SELECT * FROM outcome_counts)) UNION ALL "
    "SELECT 'an outcome without its claim', position FROM outcomes WHERE position NOT IN (SELECT position FROM claims) UNION ALL "
    "SELECT 'a change of another epoch', position FROM outcomes WHERE changed_at IS NULL AND "
    "(standing, reason, granted_mg) IS NOT (told, told_reason, told_mg)";

}  // namespace

std::string dump_store(const std::filesystem::path& path) {
  const Connection database = connect(path, "");
  if (query_text(database.get(), "PRAGMA user_version") == "0\n") return "empty";
  std::string text = query_text(database.get(), "PRAGMA integrity_check");
  text += query_text(database.get(), kWrongCounters);
  for (const char* sql : {"SELECT no, hex(id), assignment, delivered_seq, epoch, pruned, pruned_to, set_apart_at FROM chains",
                          "SELECT epoch, change FROM service WHERE epoch > 0",
                          "SELECT position, recorded_at, hex(key), key_claims, hex(message), anew FROM claims ORDER BY position",
                          "SELECT hex(key), recorded_at FROM claimless ORDER BY key", "SELECT * FROM outcomes ORDER BY position",
                          "SELECT * FROM sources ORDER BY source", "SELECT * FROM totals ORDER BY day, activity"}) {
    text += "--\n" + query_text(database.get(), sql);
  }
  return text;
}

bool run_sql(const std::filesystem::path& path, const std::string& sql, const std::string& vfs) {
  const Connection database = connect(path, vfs);
  return sqlite3_exec(database.get(), sql.c_str(), nullptr, nullptr, nullptr) == SQLITE_OK;
}

std::string query_text(const std::filesystem::path& path, const std::string& sql) {
  return query_text(connect(path, "").get(), sql);
}

}  // namespace greentill::test
