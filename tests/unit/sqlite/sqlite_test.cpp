// SPDX-License-Identifier: Apache-2.0
#include "daemon/sqlite/sqlite.hpp"

#include <doctest/doctest.h>

#include <cerrno>
#include <fstream>

#include "daemon/sqlite/kept_statements.hpp"
#include "tests/support/temp_dir.hpp"

namespace greentill::test {
namespace {

using sqlite::Database;
using sqlite::Query;
using sqlite::Statement;
using sqlite::Transaction;

struct File {
  TempDir folder;
  std::filesystem::path path = folder / "some.db";

  Database open(sqlite::Settings settings = {}) {
    settings.busy = std::chrono::milliseconds(0);
    auto database = Database::open(path, settings);
    REQUIRE_MESSAGE(database, (database ? "" : database.error().message));
    return std::move(*database);
  }
};

Statement& prepared(Statement& statement, Database& database, const char* sql) {
  REQUIRE(statement.prepare(database, sql));
  return statement;
}

std::int64_t count(Database& database) {
  const auto rows = database.integer("SELECT count(*) FROM t");
  REQUIRE(rows);
  return *rows;
}

}  // namespace

TEST_CASE("sqlite: what is bound is read back, and what is not there is NULL") {
  File file;
  Database database = file.open();
  REQUIRE(database.execute("CREATE TABLE t(a INTEGER, b TEXT, c BLOB, d INTEGER, e BLOB)"));
  Statement add, find;
  const std::string text = "ä";
  const Bytes<3> bytes{1, 0, 3};
  const std::optional<Bytes<3>> none;
  REQUIRE(prepared(add, database, "INSERT INTO t VALUES(?, ?, ?, ?, ?)").run(std::uint64_t{7}, text, bytes, none, ByteView()));
  CHECK(database.changed() == 1);
  CHECK(database.last_row() == 1);
  Query row(prepared(find, database, "SELECT a, b, c, d, e FROM t WHERE a = ?"), 7);
  REQUIRE(row.next());
  CHECK(row.count(0) == 7);
  CHECK(row.text(1) == text);
  Bytes<3> read{};
  CHECK(row.fixed(2, read));
  CHECK(read == bytes);
  Bytes<4> longer{};
  CHECK_FALSE(row.fixed(2, longer));
  CHECK(row.optional(0) == 7);
  CHECK_FALSE(row.optional(3));
  CHECK_FALSE(row.is_null(4));
  CHECK_FALSE(row.next());
  CHECK(row.status());
}

TEST_CASE("sqlite: a run that fails has no rows, and tells of it behind them") {
  File file;
  Database database = file.open();
  REQUIRE(database.execute("CREATE TABLE t(a INTEGER PRIMARY KEY); INSERT INTO t VALUES(1)"));
  Statement add;
  prepared(add, database, "INSERT INTO t VALUES(?)");
  SUBCASE("a broken constraint") { CHECK(add.run(1).error().code == ErrorCode::conflict); }
  SUBCASE("a parameter too many") {
    Query row(add, 2, 3);
    CHECK_FALSE(row.next());
    const auto result = row.result(std::string("read"));
    REQUIRE_FALSE(result);
    CHECK(result.error().message.starts_with(file.path.string() + ": "));
  }
  CHECK(count(database) == 1);
  CHECK(add.run(4));  // the next run begins afresh
}

TEST_CASE("sqlite: a transaction stands whole or not at all, and another connection's lock is unavailable for now") {
  File file;
  Database database = file.open();
  REQUIRE(database.use_wal());
  REQUIRE(database.execute("CREATE TABLE t(a INTEGER)"));
  {
    auto given_up = Transaction::begin(database);
    REQUIRE(given_up);
    REQUIRE(database.execute("INSERT INTO t VALUES(1)"));
  }
  CHECK(count(database) == 0);
  Database other = file.open();
  {
    auto kept = Transaction::begin(database);
    REQUIRE(kept);
    REQUIRE(database.execute("INSERT INTO t VALUES(1)"));
    const auto refused = Transaction::begin(other);
    REQUIRE_FALSE(refused);
    CHECK(refused.error().code == ErrorCode::unavailable);
    REQUIRE(kept->commit());
  }
  CHECK(count(other) == 1);
  const auto snapshot = Transaction::begin_read(other);
  REQUIRE(snapshot);
  CHECK(count(other) == 1);
  REQUIRE(database.execute("INSERT INTO t VALUES(2)"));
  CHECK(count(other) == 1);
}

TEST_CASE("sqlite: a run that is left early keeps no snapshot") {
  File file;
  Database database = file.open();
  REQUIRE(database.use_wal());
  REQUIRE(database.execute("CREATE TABLE t(a INTEGER); INSERT INTO t VALUES(1), (2)"));
  Statement all;
  {
    Query row(prepared(all, database, "SELECT a FROM t"));
    REQUIRE(row.next());
  }
  Database other = file.open();
  REQUIRE(other.execute("INSERT INTO t VALUES(3)"));
  CHECK(count(database) == 3);
  CHECK(Transaction::begin(database));
}

TEST_CASE("sqlite: a file that is none, and one that cannot be written, are told apart with what to do") {
  File file;
  SUBCASE("no database") {
    std::ofstream(file.path) << std::string(4096, 'x');
    Database database = file.open();
    const auto read = database.integer("SELECT count(*) FROM sqlite_schema");
    REQUIRE_FALSE(read);
    CHECK(read.error().code == ErrorCode::corrupt);
    CHECK(read.error().message.ends_with("; the file is damaged and has to be set aside"));
    CHECK(database.damaged("a row is none").error.message ==
          file.path.string() + ": a row is none; the file is damaged and has to be set aside");
  }
  SUBCASE("no room") {
    Database database = file.open({.pragmas = "PRAGMA max_page_count = 2"});
    const Status filled = database.execute("CREATE TABLE t(a); INSERT INTO t VALUES(zeroblob(100000))");
    REQUIRE_FALSE(filled);
    CHECK(filled.error().code == ErrorCode::full);
  }
  CHECK(sqlite::advice_for(EROFS) == "; the file system is read-only");
  CHECK(sqlite::advice_for(ENOSPC) == "; make room on the disk");
}

TEST_CASE("sqlite: kept statements are prepared once, and one that cannot be is told each time") {
  File file;
  Database database = file.open();
  REQUIRE(database.execute("CREATE TABLE t (a INTEGER)"));
  sqlite::KeptStatements statements(database);
  const auto add = statements.of("INSERT INTO t VALUES (?)");
  REQUIRE(add);
  CHECK((*add)->run(1));
  CHECK(statements.of("INSERT INTO t VALUES (?)").value() == *add);
  CHECK_FALSE(statements.of("INSERT INTO nowhere VALUES (?)"));
  CHECK_FALSE(statements.of("INSERT INTO nowhere VALUES (?)"));
  for (int i = 0; i < 200; ++i) {  // more than are kept
    const auto row = statements.of("SELECT a FROM t WHERE a <> " + std::to_string(i + 2));
    REQUIRE(row);
    Query query(**row);
    CHECK(query.next());
  }
  CHECK(statements.of("INSERT INTO t VALUES (?)").value()->run(2));
  CHECK(count(database) == 2);
}

}  // namespace greentill::test
