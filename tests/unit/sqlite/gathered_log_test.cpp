// SPDX-License-Identifier: Apache-2.0
// A log that is written in few pieces holds what one that is written page by page does.
#include "daemon/sqlite/gathered_log.hpp"

#include <doctest/doctest.h>
#include <sqlite3.h>

#include "daemon/sqlite/sqlite.hpp"
#include "tests/support/lossy_vfs.hpp"
#include "tests/support/temp_dir.hpp"

namespace greentill::test::gathered_log_test {
namespace {

using sqlite::Database;
using sqlite::Transaction;

constexpr const char* kPragmas = "PRAGMA synchronous=FULL; PRAGMA cache_size=-64";  // so that a large transaction spills

struct Store {
  TempDir folder;
  LossyVfs vfs;

  Database open(bool gathers) {
    sqlite::Settings settings;
    settings.vfs = vfs.name();
    settings.pragmas = kPragmas;
    settings.gathers_log = gathers;
    auto database = Database::open(folder / "some.db", settings);
    REQUIRE_MESSAGE(database, (database ? "" : database.error().message));
    REQUIRE(database->use_wal());
    return std::move(*database);
  }
};

Status insert(Database& database, int rows) {
  auto transaction = Transaction::begin(database);
  if (!transaction) return Failure{transaction.error()};
  const std::string sql = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < " + std::to_string(rows) +
                          ") INSERT INTO t SELECT randomblob(500) FROM n";
  if (Status inserted = database.execute(sql.c_str()); !inserted) return inserted;
  // What was spilled into the log is read back.
  const auto read = database.integer("SELECT count(*) FROM t WHERE length(a) = 500");
  if (!read) return Failure{read.error()};
  return transaction->commit();
}

std::int64_t rows(Database& database) { return database.integer("SELECT count(*) FROM t").value(); }

bool is_sound(Database& database) {
  return database.integer("SELECT count(*) FROM pragma_integrity_check WHERE integrity_check = 'ok'").value() == 1;
}

TEST_CASE("gathered log: a commit takes few writes, and whoever looks sees all of it") {
  std::uint64_t operations[2] = {0, 0};
  for (const bool gathers : {false, true}) {
    Store store;
    Database database = store.open(gathers);
    Database other = store.open(false);
    REQUIRE(database.execute("CREATE TABLE t (a BLOB)"));
    const std::uint64_t before = store.vfs.operations();
    for (int i = 1; i <= 10; ++i) {
      REQUIRE(insert(database, 50));
      CHECK(rows(other) == 50 * i);
    }
    operations[gathers ? 1 : 0] = store.vfs.operations() - before;
    CHECK(is_sound(other));
  }
  CHECK(operations[1] * 5 < operations[0]);
}

TEST_CASE("gathered log: transactions that spill, are taken back or written back leave what they should") {
  Store store;
  {
    Database database = store.open(true);
    REQUIRE(database.execute("CREATE TABLE t (a BLOB)"));
    REQUIRE(insert(database, 2'000));
    {
      auto transaction = Transaction::begin(database);
      REQUIRE(transaction);
      REQUIRE(database.execute("UPDATE t SET a = randomblob(400)"));
    }  // taken back
    CHECK(database.integer("SELECT count(*) FROM t WHERE length(a) = 500").value() == 2'000);
    REQUIRE(insert(database, 30));
    database.checkpoint();
    REQUIRE(insert(database, 30));
  }
  Database again = store.open(false);
  CHECK(rows(again) == 2'060);
  CHECK(is_sound(again));
}

TEST_CASE("gathered log: where the disk fails at any write, nothing of the commit is there, and the next one is") {
  for (std::uint64_t at = 1; at < 60; ++at) {
    Store store;
    Database database = store.open(true);
    REQUIRE(database.execute("CREATE TABLE t (a BLOB)"));
    REQUIRE(insert(database, 10));
    store.vfs.fail_at(store.vfs.operations() + at, LossyVfs::Fault::full, false);
    const bool stored = insert(database, 300).ok();
    const bool failed = store.vfs.has_failed();
    store.vfs.mend();
    CHECK(rows(database) == (stored ? 310 : 10));
    REQUIRE(insert(database, 5));
    Database other = store.open(false);
    CHECK(rows(other) == (stored ? 315 : 15));
    CHECK(is_sound(other));
    if (!failed) break;
  }
}

TEST_CASE("gathered log: what was committed survives a power cut at any operation") {
  for (std::uint64_t at = 1; at < 40; ++at) {
    for (const LossyVfs::Kept kept : LossyVfs::kAllKept) {
      Store store;
      int committed = 0;
      {
        Database database = store.open(true);
        REQUIRE(database.execute("CREATE TABLE t (a BLOB)"));
        store.vfs.cut_at(store.vfs.operations() + at);
        while (committed < 12 && insert(database, 20).ok()) ++committed;
      }
      store.vfs.settle(kept, static_cast<std::uint32_t>(at));
      Database again = store.open(false);
      const std::int64_t found = rows(again);
      CHECK((found == 20 * committed || found == 20 * (committed + 1)));
      CHECK(is_sound(again));
    }
  }
}

TEST_CASE("gathered log: a VFS that is not there stays what it is named") {
  CHECK(sqlite::with_gathered_log("nowhere") == "nowhere");
  CHECK(sqlite::with_gathered_log("") == sqlite::with_gathered_log("unix"));
}

}  // namespace
}  // namespace greentill::test::gathered_log_test
