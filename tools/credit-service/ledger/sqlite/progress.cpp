// SPDX-License-Identifier: Apache-2.0
#include "tools/credit-service/ledger/sqlite/progress.hpp"

namespace greentill::credit {
namespace {

std::string log_of(const std::filesystem::path& database) { return database.string() + "-wal"; }

/// `what` is wrong with the ledger: an error, or for a new epoch to mend.
Result<bool> took_back(const std::filesystem::path& database, WentBack went_back, const std::string& what) {
  if (went_back == WentBack::refused) {
    return fail(ErrorCode::conflict,
                what + "; put the latest " + database.string() + " back together with its " + log_of(database) +
                    ", if it had one. Where they are lost, restore a backup and start one worker with --new-epoch");
  }
  // It would be added to the database, whosever it is.
  if (sqlite::log_beside(database)) {
    return fail(ErrorCode::conflict,
                what + ", and beside it lies " + log_of(database) +
                    "; if that is not the backup's own log, move it away. If it is, write it back first: sqlite3 " +
                    database.string() + " 'PRAGMA wal_checkpoint(TRUNCATE)'");
  }
  return true;
}

}  // namespace

Error blame_log(const std::filesystem::path& database, const Error& unreadable) {
  if (unreadable.code != ErrorCode::corrupt || !sqlite::log_beside(database)) return unreadable;
  return unreadable.with_context("is " + log_of(database) + " another database's?");
}

std::filesystem::path mark_path(const std::filesystem::path& database) { return database.string() + ".mark"; }

Result<sqlite::Reach> read_reach(sqlite::Database& database) {
  const auto columns = database.integer("SELECT count(*) FROM pragma_table_info('meta') WHERE name IN ('id', 'steps')");
  if (!columns) return Failure{columns.error()};
  sqlite::Reach reach;
  if (*columns < 2) return reach;
  sqlite::Statement statement;
  if (Status prepared = statement.prepare(database, "SELECT lower(hex(id)), epoch, steps FROM meta"); !prepared) {
    return Failure{prepared.error()};
  }
  sqlite::Query row(statement);
  if (row.next()) reach = {std::string(row.text(0)), row.count(1), row.count(2), "", 0};
  return row.result(std::move(reach));
}

Result<bool> check_files(const sqlite::StoreMark& mark, const std::filesystem::path& database, WentBack went_back) {
  const Status sound = mark.check_files(database, "");
  if (sound) return false;
  if (sound.error().code == ErrorCode::conflict) return took_back(database, went_back, sound.error().message);
  return Failure{sound.error()};
}

Result<bool> check_reach(const sqlite::StoreMark& mark, sqlite::Database& database, WentBack went_back) {
  const sqlite::Reach& marked = mark.reach();
  if (marked.store.empty()) return false;
  const std::string name = database.file();
  const auto reach = read_reach(database);
  if (!reach) return Failure{blame_log(name, reach.error())};
  if (!reach->store.empty() && reach->store != marked.store) {
    return fail(ErrorCode::invalid, name + ": is another ledger than the one that " + mark.path().string() + " speaks of, or " +
                                        log_of(name) + " is another's; move away what does not belong here");
  }
  if (reach->store == marked.store && (reach->era > marked.era || (reach->era == marked.era && reach->head >= marked.head)))
    return false;
  return took_back(name, went_back,
                   name + ": it went back to step " + std::to_string(reach->head) + " of epoch " + std::to_string(reach->era) +
                       " from step " + std::to_string(marked.head) + " of epoch " + std::to_string(marked.era) +
                       ": it is an older copy, or lost its write-ahead log");
}

}  // namespace greentill::credit
