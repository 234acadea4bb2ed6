// SPDX-License-Identifier: Apache-2.0
// The pages that describe the tables say what a fresh ledger has.
#include <doctest/doctest.h>
#include <sqlite3.h>

#include <cctype>
#include <map>

#include "daemon/base/file.hpp"
#include "tests/support/temp_dir.hpp"
#include "tools/credit-service/ledger/sqlite/store.hpp"

namespace greentill::credit::schema_test {
namespace {

using Schema = std::map<std::string, std::string>;  // statements by the name of what they make

/// With one space where there are any, and none beside brackets and commas.
std::string plain(std::string_view sql) {
  std::string text;
  bool gap = false;
  for (const char c : sql) {
    if (std::isspace(static_cast<unsigned char>(c)) != 0) {
      gap = true;
      continue;
    }
    const bool joins = c == '(' || c == ')' || c == ',';
    const bool joined = text.empty() || text.back() == '(' || text.back() == ')' || text.back() == ',';
    if (gap && !joins && !joined) text += ' ';
    text += c;
    gap = false;
  }
  return text;
}

/// What the database has, without SQLite's own.
Schema schema_of(sqlite3* database) {
  Schema all;
  sqlite3_stmt* rows = nullptr;
  REQUIRE(sqlite3_prepare_v2(database, "SELECT name, sql FROM sqlite_schema WHERE sql IS NOT NULL", -1, &rows, nullptr) ==
          SQLITE_OK);
  const auto text = [rows](int column) { return reinterpret_cast<const char*>(sqlite3_column_text(rows, column)); };
  while (sqlite3_step(rows) == SQLITE_ROW) all[text(0)] = plain(text(1));
  sqlite3_finalize(rows);
  return all;
}

/// The only block of SQL of a page, without its comments.
std::string sql_of(const char* page) {
  const auto read = read_file(std::string(GREENTILL_SOURCE_DIR "/docs/") + page);
  REQUIRE(read);
  const std::string text(*read);
  const std::size_t begin = text.find("```sql\n") + 7;
  REQUIRE(begin > 7);
  CHECK(text.find("```sql\n", begin) == std::string::npos);
  std::string sql = text.substr(begin, text.find("```", begin) - begin);
  for (std::size_t comment = sql.find("--"); comment != std::string::npos; comment = sql.find("--")) {
    sql.erase(comment, sql.find('\n', comment) - comment);
  }
  return sql;
}

TEST_CASE("the pages have the tables and indexes of a fresh ledger, word for word") {
  const greentill::test::TempDir folder;
  REQUIRE(open_sqlite_store(folder / "ledger.db"));
  sqlite3* made = nullptr;
  REQUIRE(sqlite3_open((folder / "ledger.db").c_str(), &made) == SQLITE_OK);
  sqlite3* written = nullptr;
  REQUIRE(sqlite3_open(":memory:", &written) == SQLITE_OK);
  for (const char* page : {"registry.md", "ledger.md", "accounts.md", "trees.md", "bookkeeping.md", "service-api.md"}) {
    CHECK(sqlite3_exec(written, sql_of(page).c_str(), nullptr, nullptr, nullptr) == SQLITE_OK);
  }
  const Schema real = schema_of(made);
  const Schema said = schema_of(written);
  CHECK(real.size() > 30);
  for (const auto& [name, sql] : real) {
    CAPTURE(name);
    REQUIRE(said.contains(name));
    CHECK(said.at(name) == sql);
  }
  for (const auto& [name, sql] : said) {
    CAPTURE(name);
    CHECK(real.contains(name));
  }
  sqlite3_close(written);
  sqlite3_close(made);
}

}  // namespace
}  // namespace greentill::credit::schema_test
