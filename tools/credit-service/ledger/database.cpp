// SPDX-License-Identifier: Apache-2.0
#include "tools/credit-service/ledger/database.hpp"

#include <string>

namespace greentill::credit {
namespace {

constexpr int kBusyMilliseconds = 10'000;
constexpr int kPauseMilliseconds = 20;

ErrorCode code_of(int code) {
  switch (code & 0xff) {
    case SQLITE_BUSY:
    case SQLITE_LOCKED: return ErrorCode::unavailable;
    case SQLITE_FULL: return ErrorCode::full;
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB: return ErrorCode::corrupt;
    case SQLITE_CONSTRAINT: return ErrorCode::conflict;
    default: return ErrorCode::io;
  }
}

Failure<Error> failure(sqlite3* raw, int code, std::string_view what) {
  return fail(code_of(code), "ledger: " + std::string(what) + ": " + sqlite3_errmsg(raw));
}

}  // namespace

ByteView Statement::bytes(int column) const {
  const auto* data = static_cast<const std::uint8_t*>(sqlite3_column_blob(raw_, column));
  return {data, static_cast<std::size_t>(sqlite3_column_bytes(raw_, column))};
}

Status Statement::ok() {
  if (code_ == SQLITE_OK || code_ == SQLITE_ROW || code_ == SQLITE_DONE) return Done{};
  const Status failed = failure(sqlite3_db_handle(raw_), code_, "cannot run a statement");
  sqlite3_reset(raw_);
  return failed;
}

Status Statement::done() {
  while (row()) {
  }
  Status status = ok();
  if (status) sqlite3_reset(raw_);
  return status;
}

Result<std::unique_ptr<Database>> Database::open(const std::filesystem::path& path) {
  sqlite3* raw = nullptr;
  const int code = sqlite3_open_v2(path.c_str(), &raw, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX, nullptr);
  auto database = std::unique_ptr<Database>(new Database(raw));
  if (code != SQLITE_OK) return failure(raw, code, "cannot open " + path.string());
  sqlite3_extended_result_codes(raw, 1);
  sqlite3_busy_timeout(raw, kBusyMilliseconds);
  // SQLite does not wait for the lock that the change to WAL takes, and another worker may be making the same change.
  Status set = database->run("PRAGMA journal_mode=WAL");
  for (int waited = 0; !set && set.error().code == ErrorCode::unavailable && waited < kBusyMilliseconds;
       waited += kPauseMilliseconds) {
    sqlite3_sleep(kPauseMilliseconds);
    set = database->run("PRAGMA journal_mode=WAL");
  }
  // Nullifiers dirty pages all over their index: a log of 32 MB writes each of them back less often.
  if (set) set = database->run("PRAGMA synchronous=FULL; PRAGMA cache_size=-16384; PRAGMA wal_autocheckpoint=8000");
  if (!set) return Failure{set.error().with_context(path.string())};
  return database;
}

Database::~Database() { sqlite3_close_v2(raw_); }

Status Database::run(const char* sql) {
  const int code = sqlite3_exec(raw_, sql, nullptr, nullptr, nullptr);
  if (code != SQLITE_OK) return failure(raw_, code, sql);
  return Done{};
}

Result<std::unique_ptr<Statement>> Database::prepare(const char* sql) {
  sqlite3_stmt* statement = nullptr;
  const int code = sqlite3_prepare_v3(raw_, sql, -1, SQLITE_PREPARE_PERSISTENT, &statement, nullptr);
  if (code != SQLITE_OK) return failure(raw_, code, sql);
  return std::make_unique<Statement>(statement);
}

Status Database::prepare(std::initializer_list<std::pair<std::unique_ptr<Statement>*, const char*>> statements) {
  for (const auto& [into, sql] : statements) {
    auto prepared = prepare(sql);
    if (!prepared) return Failure{prepared.error()};
    *into = std::move(*prepared);
  }
  return Done{};
}

void Database::end_reads() {
  for (sqlite3_stmt* statement = sqlite3_next_stmt(raw_, nullptr); statement != nullptr;
       statement = sqlite3_next_stmt(raw_, statement)) {
    if (sqlite3_stmt_busy(statement) != 0) sqlite3_reset(statement);
  }
}

Transaction::~Transaction() {
  if (!open_) return;
  database_.end_reads();
  (void)database_.run("ROLLBACK");
}

Status Transaction::begin() { return begin("BEGIN IMMEDIATE"); }
Status Transaction::begin_read() { return begin("BEGIN"); }

Status Transaction::begin(const char* sql) {
  database_.end_reads();
  Status begun = database_.run(sql);
  open_ = begun.ok();
  return begun;
}

Status Transaction::commit() {
  database_.end_reads();
  Status committed = database_.run("COMMIT");
  if (committed) open_ = false;
  return committed;
}

}  // namespace greentill::credit
