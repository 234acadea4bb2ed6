// SPDX-License-Identifier: Apache-2.0
#include "daemon/outbox/sqlite.hpp"

#include <cerrno>
#include <utility>

#include "daemon/outbox/advice.hpp"

namespace greentill::outbox {
namespace {

constexpr int kBusyTimeoutMs = 2000;

// Nobody but this process may open the store, so that a sale need not ask the kernel for eight locks; its connections still see
// one another, through the heap. https://www.sqlite.org/vfs.html
constexpr const char* kVfs = "unix-excl";

// page_size takes effect in a new file only. 1000 pages and 4 MiB: the WAL is written back before it passes that, and cut to it
// where a long read kept it from being so. secure_delete: what is pruned is overwritten where its page is written anyway.
constexpr const char* kWriterSettings =
    "PRAGMA page_size = 4096; PRAGMA synchronous = FULL; PRAGMA mmap_size = 0; PRAGMA temp_store = MEMORY;"
    "PRAGMA journal_size_limit = 4194304; PRAGMA wal_autocheckpoint = 1000; PRAGMA secure_delete = FAST;"
    "PRAGMA trusted_schema = OFF; PRAGMA cache_size = -";
constexpr const char* kReaderSettings =
    "PRAGMA query_only = ON; PRAGMA mmap_size = 0; PRAGMA temp_store = MEMORY; PRAGMA cache_size = -";

ErrorCode classify(int code, int system_error) {
  switch (code & 0xff) {
    case SQLITE_FULL: return ErrorCode::full;
    case SQLITE_CANTOPEN:
      if (system_error == EACCES || system_error == EPERM || system_error == EROFS) return ErrorCode::denied;
      [[fallthrough]];
    case SQLITE_IOERR:
      // Some paths of SQLite (shared memory, truncation) report a full disk as a plain I/O error.
      return system_error == ENOSPC || system_error == EDQUOT ? ErrorCode::full : ErrorCode::io;
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB: return ErrorCode::corrupt;
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
    case SQLITE_NOMEM:
    case SQLITE_PROTOCOL: return ErrorCode::unavailable;
    case SQLITE_READONLY:
    case SQLITE_PERM:
    case SQLITE_AUTH: return ErrorCode::denied;
    case SQLITE_CONSTRAINT: return ErrorCode::conflict;
    default: return ErrorCode::bug;
  }
}

std::string_view advice(ErrorCode code, int system_error) {
  const bool systems = code == ErrorCode::full || code == ErrorCode::io || code == ErrorCode::denied;
  if (const std::string_view known = advice_for(system_error); systems && !known.empty()) return known;
  switch (code) {
    case ErrorCode::full: return "; make room on the disk";
    case ErrorCode::io: return "; check the disk, and that the file and its folder are there and belong to the service's user";
    case ErrorCode::corrupt: return "; the file is damaged and has to be set aside";
    case ErrorCode::unavailable: return "; try again";
    case ErrorCode::denied: return "; the file and its folder must belong to the service's user (chown)";
    default: return "";
  }
}

}  // namespace

Result<Database> Database::open(const std::filesystem::path& path, const std::string& vfs, Mode mode, std::size_t cache_kib) {
  const int flags = (mode == Mode::read_only ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE) |
                    SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE;
  sqlite3* handle = nullptr;
  const int code = sqlite3_open_v2(path.c_str(), &handle, flags, vfs.empty() ? kVfs : vfs.c_str());
  if (handle == nullptr) return fail(ErrorCode::unavailable, path.string() + ": no memory to open it");
  Database database(handle);
  if (code != SQLITE_OK) return Failure{database.failure(code).error.with_context(path.string())};
  if (const int timeout = sqlite3_busy_timeout(handle, kBusyTimeoutMs); timeout != SQLITE_OK) return database.failure(timeout);
  const std::string settings = (mode == Mode::read_only ? kReaderSettings : kWriterSettings) + std::to_string(cache_kib);
  if (Status set = database.execute(settings.c_str()); !set) return Failure{set.error()};
  return database;
}

Database::Database(Database&& other) noexcept
    : handle_(std::exchange(other.handle_, nullptr)),
      begin_(std::exchange(other.begin_, nullptr)),
      commit_(std::exchange(other.commit_, nullptr)) {}

Database::~Database() {
  sqlite3_finalize(begin_);
  sqlite3_finalize(commit_);
  // close_v2 waits for statements that are finalized later, in whatever order the owner's members go.
  sqlite3_close_v2(handle_);
}

Failure<Error> Database::failure(int code) const {
  const int primary = code & 0xff;
  // Of any other failure it is an older one's.
  const int system_error = primary == SQLITE_CANTOPEN || primary == SQLITE_IOERR ? sqlite3_system_errno(handle_) : 0;
  const ErrorCode classified = classify(code, system_error);
  const char* file = sqlite3_db_filename(handle_, "main");
  std::string message = file != nullptr ? file : "outbox";
  message += ": ";
  message += sqlite3_errmsg(handle_);
  message += " (SQLite code " + std::to_string(code) + ")";
  message += advice(classified, system_error);
  return fail(classified, std::move(message));
}

Status Database::execute(const char* sql) {
  const int code = sqlite3_exec(handle_, sql, nullptr, nullptr, nullptr);
  if (code != SQLITE_OK) return failure(code);
  return Done{};
}

Status Database::run_kept(sqlite3_stmt*& kept, std::string_view sql) {
  if (kept == nullptr) {
    const int code =
        sqlite3_prepare_v3(handle_, sql.data(), static_cast<int>(sql.size()), SQLITE_PREPARE_PERSISTENT, &kept, nullptr);
    if (code != SQLITE_OK) return failure(code);
  }
  const int code = sqlite3_step(kept);
  Status status = Done{};
  if (code != SQLITE_DONE) status = failure(code);
  sqlite3_reset(kept);
  return status;
}

Result<std::int64_t> Database::integer(const char* sql) {
  Statement statement;
  if (Status prepared = statement.prepare(*this, sql); !prepared) return Failure{prepared.error()};
  Query query(statement);
  const auto row = query.next();
  if (!row) return Failure{row.error()};
  return *row ? query.integer(0) : 0;
}

Status Statement::prepare(Database& database, std::string_view sql) {
  database_ = &database;
  const int code = sqlite3_prepare_v3(database.handle(), sql.data(), static_cast<int>(sql.size()), SQLITE_PREPARE_PERSISTENT,
                                      &handle_, nullptr);
  if (code != SQLITE_OK) return database.failure(code);
  return Done{};
}

Status prepare_all(Database& database, std::initializer_list<Preparation> preparations) {
  for (const Preparation& preparation : preparations) {
    if (Status prepared = preparation.statement.prepare(database, preparation.sql); !prepared) return prepared;
  }
  return Done{};
}

Query::~Query() {
  // reset repeats the error of the last step, which next() has reported already.
  sqlite3_reset(statement_.handle_);
  sqlite3_clear_bindings(statement_.handle_);
}

Query& Query::bound(int code) {
  if (code_ == SQLITE_OK) code_ = code;
  return *this;
}

Query& Query::with(std::int64_t value) { return bound(sqlite3_bind_int64(statement_.handle_, ++arguments_, value)); }

Query& Query::with(ByteView bytes) {
  return bound(sqlite3_bind_blob64(statement_.handle_, ++arguments_, bytes.data(), bytes.size(), SQLITE_STATIC));
}

Query& Query::with(std::string_view text) {
  return bound(sqlite3_bind_text64(statement_.handle_, ++arguments_, text.data() != nullptr ? text.data() : "", text.size(),
                                   SQLITE_STATIC, SQLITE_UTF8));
}

Query& Query::with_null() { return bound(sqlite3_bind_null(statement_.handle_, ++arguments_)); }

Result<bool> Query::next() {
  if (code_ != SQLITE_OK) return statement_.database_->failure(code_);
  const int code = sqlite3_step(statement_.handle_);
  if (code == SQLITE_ROW) return true;
  if (code == SQLITE_DONE) return false;
  return statement_.database_->failure(code);
}

Status Query::run() {
  const auto row = next();
  if (!row) return Failure{row.error()};
  return Done{};
}

bool Query::is_null(int column) const { return sqlite3_column_type(statement_.handle_, column) == SQLITE_NULL; }

std::int64_t Query::integer(int column) const { return sqlite3_column_int64(statement_.handle_, column); }

ByteView Query::bytes(int column) const {
  const auto* data = static_cast<const std::uint8_t*>(sqlite3_column_blob(statement_.handle_, column));
  return {data, static_cast<std::size_t>(sqlite3_column_bytes(statement_.handle_, column))};
}

std::string_view Query::text(int column) const { return as_text(bytes(column)); }

Result<Transaction> Transaction::begin(Database& database) {
  if (Status begun = database.begin_immediate(); !begun) return Failure{begun.error()};
  return Transaction(database);
}

Transaction::~Transaction() {
  // SQLite has rolled back by itself after some errors. A rollback writes nothing and cannot fail in a way that leaves anything.
  if (database_ != nullptr && sqlite3_get_autocommit(database_->handle()) == 0) {
    sqlite3_exec(database_->handle(), "ROLLBACK", nullptr, nullptr, nullptr);
  }
}

Status Transaction::commit() { return database_->commit(); }

}  // namespace greentill::outbox
