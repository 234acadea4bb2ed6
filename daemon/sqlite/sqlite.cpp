// SPDX-License-Identifier: Apache-2.0
#include "daemon/sqlite/sqlite.hpp"

#include <sqlite3.h>

#include <cerrno>
#include <map>
#include <mutex>

#include "daemon/sqlite/gathered_log.hpp"

namespace greentill::sqlite {
namespace {

constexpr std::chrono::milliseconds kPause{20};
constexpr int kStepsToProgress = 1'000;  // of SQLite's virtual machine: some dozens of rows

ErrorCode classify(int code, int system_error) {
  switch (code & 0xff) {
    case SQLITE_FULL: return ErrorCode::full;
    case SQLITE_CANTOPEN:
      if (system_error == EACCES || system_error == EPERM || system_error == EROFS) return ErrorCode::denied;
      [[fallthrough]];
    case SQLITE_IOERR:
      // Some code paths of SQLite (shared memory, truncation) report a full disk as a plain I/O error.
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

std::string file_of(sqlite3* handle) {
  const char* file = sqlite3_db_filename(handle, "main");
  return file != nullptr ? file : "database";
}

/// What connections want to be told of damage. SQLite has a place for it in a connection only from 3.44 on.
class DamageHooks {
 public:
  void set(sqlite3* handle, std::function<void()> hook) {
    const std::lock_guard lock(mutex_);
    hooks_[handle] = std::move(hook);
  }
  void forget(sqlite3* handle) {
    const std::lock_guard lock(mutex_);
    hooks_.erase(handle);
  }
  void tell(sqlite3* handle) {
    const std::lock_guard lock(mutex_);
    if (const auto hook = hooks_.find(handle); hook != hooks_.end()) hook->second();
  }

 private:
  std::mutex mutex_;
  std::map<sqlite3*, std::function<void()>> hooks_;
};

DamageHooks& damage_hooks() {
  static DamageHooks hooks;
  return hooks;
}

/// The error for the result code of the last call on this connection.
Failure<Error> failure(sqlite3* handle, int code) {
  const int primary = code & 0xff;
  // sqlite3_system_errno() is of an older failure unless the code is one of these.
  const int system_error = primary == SQLITE_CANTOPEN || primary == SQLITE_IOERR ? sqlite3_system_errno(handle) : 0;
  const ErrorCode classified = classify(code, system_error);
  if (classified == ErrorCode::corrupt) damage_hooks().tell(handle);
  std::string message = file_of(handle) + ": " + sqlite3_errmsg(handle);
  message += " (SQLite code " + std::to_string(code) + ")";
  message += advice(classified, system_error);
  return fail(classified, std::move(message));
}

/// The path as SQLite reads one in a URI. https://www.sqlite.org/uri.html
std::string immutable_uri(const std::filesystem::path& path) {
  std::error_code ignored;
  std::string uri = "file:";
  for (const char c : std::filesystem::absolute(path, ignored).string()) {
    const bool is_special = c == '%' || c == '?' || c == '#';
    uri += is_special ? (c == '%' ? "%25" : c == '?' ? "%3f" : "%23") : std::string(1, c);
  }
  return uri + "?immutable=1";
}

int prepare_on(sqlite3* handle, std::string_view sql, sqlite3_stmt*& into) {
  return sqlite3_prepare_v3(handle, sql.data(), static_cast<int>(sql.size()), SQLITE_PREPARE_PERSISTENT, &into, nullptr);
}

/// Nobody asks SQLite how much memory it uses, and for the answer it takes a lock of the whole process at each allocation. Has an
/// effect before the process's first connection alone.
void count_no_memory() {
  static const int configured = sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
  static_cast<void>(configured);
}

}  // namespace

Result<Database> Database::open(const std::filesystem::path& path, const Settings& settings) {
  count_no_memory();
  const int flags = (settings.read_only ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE) |
                    (settings.immutable ? SQLITE_OPEN_URI : 0) | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE;
  const std::string name = settings.immutable ? immutable_uri(path) : path.string();
  sqlite3* handle = nullptr;
  const std::string vfs = settings.gathers_log ? with_gathered_log(settings.vfs) : settings.vfs;
  const int code = sqlite3_open_v2(name.c_str(), &handle, flags, vfs.empty() ? nullptr : vfs.c_str());
  if (handle == nullptr) return fail(ErrorCode::unavailable, path.string() + ": no memory to open it");
  Database database(handle);
  if (settings.on_damage) damage_hooks().set(handle, settings.on_damage);
  if (code != SQLITE_OK) return Failure{failure(handle, code).error.with_context(path.string())};
  // Before any statement, since the first may already fail for a log that is another's.
  if (settings.keeps_log) sqlite3_db_config(handle, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, nullptr);
  database.busy_ = settings.busy;
  const int timeout = sqlite3_busy_timeout(handle, static_cast<int>(settings.busy.count()));
  if (timeout != SQLITE_OK) return failure(handle, timeout);
  if (Status set = database.execute(settings.pragmas.c_str()); !set) return Failure{set.error()};
  return database;
}

Database::Database(Database&& other) noexcept
    : handle_(std::exchange(other.handle_, nullptr)),
      busy_(other.busy_),
      begin_(std::exchange(other.begin_, nullptr)),
      commit_(std::exchange(other.commit_, nullptr)) {}

Database::~Database() {
  sqlite3_finalize(begin_);
  sqlite3_finalize(commit_);
  damage_hooks().forget(handle_);
  // close_v2 defers closing until all statements are finalized, in whatever order the owner's members are destroyed.
  sqlite3_close_v2(handle_);
}

Progress::Progress(Database& database, const std::function<void()>& told) : database_(database) {
  if (!told) return;
  const auto tell = [](void* hook) {
    (*static_cast<const std::function<void()>*>(hook))();
    return 0;
  };
  sqlite3_progress_handler(database_.handle_, kStepsToProgress, tell, const_cast<std::function<void()>*>(&told));
}

Progress::~Progress() { sqlite3_progress_handler(database_.handle_, 0, nullptr, nullptr); }

Status Database::execute(const char* sql) {
  const int code = sqlite3_exec(handle_, sql, nullptr, nullptr, nullptr);
  if (code != SQLITE_OK) return failure(handle_, code);
  return Done{};
}

Status Database::run_kept(sqlite3_stmt*& kept, std::string_view sql) {
  if (kept == nullptr) {
    if (const int code = prepare_on(handle_, sql, kept); code != SQLITE_OK) return failure(handle_, code);
  }
  const int code = sqlite3_step(kept);
  Status status = Done{};
  if (code != SQLITE_DONE) status = failure(handle_, code);
  sqlite3_reset(kept);
  return status;
}

Result<std::int64_t> Database::integer(const char* sql) {
  Statement statement;
  if (Status prepared = statement.prepare(*this, sql); !prepared) return Failure{prepared.error()};
  Query row(statement);
  return row.result(row.next() ? row.integer(0) : 0);
}

Status Database::use_wal() {
  // SQLite's busy timeout does not apply to this change, so it is retried here.
  for (auto waited = kPause;; waited += kPause) {
    Statement statement;
    if (Status prepared = statement.prepare(*this, "PRAGMA journal_mode = WAL"); !prepared) return prepared;
    Query row(statement);
    const bool is_wal = row.next() && row.text(0) == "wal";
    Status set = row.status();
    if (is_wal) return set;
    if (set) return fail(ErrorCode::io, file() + ": its file system does not support write-ahead logging; use a local one");
    if (set.error().code != ErrorCode::unavailable || waited > busy_) return set;
    sqlite3_sleep(static_cast<int>(kPause.count()));
  }
}

void Database::checkpoint() { sqlite3_wal_checkpoint_v2(handle_, nullptr, SQLITE_CHECKPOINT_PASSIVE, nullptr, nullptr); }

Status Database::touch() {
  const auto version = integer("PRAGMA user_version");
  if (!version) return Failure{version.error()};
  if (Status written = execute(("PRAGMA user_version = " + std::to_string(*version)).c_str()); !written) return written;
  checkpoint();
  return Done{};
}

Result<std::uint32_t> Database::change_counter() {
  // Read by SQLite's own handle: if this process opened and closed the file once more, the system would drop SQLite's locks on
  // it.
  constexpr int kHeaderSize = 100;
  constexpr int kCounterAt = 24;  // https://www.sqlite.org/fileformat2.html
  sqlite3_file* opened = nullptr;
  const int found = sqlite3_file_control(handle_, "main", SQLITE_FCNTL_FILE_POINTER, &opened);
  if (found != SQLITE_OK) return failure(handle_, found);
  Bytes<kHeaderSize> header{};
  const int read = opened->pMethods->xRead(opened, header.data(), kHeaderSize, 0);
  if (read == SQLITE_IOERR_SHORT_READ) return std::uint32_t{0};
  if (read != SQLITE_OK) return fail(ErrorCode::io, file() + ": its header cannot be read; check the disk");
  std::uint32_t counter = 0;
  for (std::size_t i = 0; i < 4; ++i) counter = counter << 8 | header[kCounterAt + i];
  return counter;
}

Status Database::sync() {
  sqlite3_file* opened = nullptr;
  const int found = sqlite3_file_control(handle_, "main", SQLITE_FCNTL_FILE_POINTER, &opened);
  if (found != SQLITE_OK) return failure(handle_, found);
  if (opened->pMethods->xSync(opened, SQLITE_SYNC_NORMAL) == SQLITE_OK) return Done{};
  return fail(ErrorCode::io, file() + ": cannot be synced; check the disk");
}

void Database::own_log() { sqlite3_db_config(handle_, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 0, nullptr); }

std::int64_t Database::changed() const { return sqlite3_changes64(handle_); }

std::int64_t Database::changed_ever() const { return sqlite3_total_changes64(handle_); }

std::int64_t Database::last_row() const { return sqlite3_last_insert_rowid(handle_); }

std::string Database::file() const { return file_of(handle_); }

Failure<Error> Database::damaged(std::string_view what) const {
  damage_hooks().tell(handle_);
  return fail(ErrorCode::corrupt, file() + ": " + std::string(what) + std::string(advice(ErrorCode::corrupt, 0)));
}

Statement::~Statement() { sqlite3_finalize(handle_); }

Status Statement::prepare(Database& database, std::string_view sql) {
  if (const int code = prepare_on(database.handle_, sql, handle_); code != SQLITE_OK) return failure(database.handle_, code);
  return Done{};
}

Status prepare_all(Database& database, std::initializer_list<Preparation> preparations) {
  for (const Preparation& preparation : preparations) {
    if (Status prepared = preparation.statement.prepare(database, preparation.sql); !prepared) return prepared;
  }
  return Done{};
}

// sqlite3_reset() repeats the last step's error, which was reported already.
Query::~Query() { sqlite3_reset(handle_); }

void Query::bound(int code) {
  if (code_ == SQLITE_OK) code_ = code;
}

void Query::bind(std::int64_t value) { bound(sqlite3_bind_int64(handle_, ++arguments_, value)); }

void Query::bind(ByteView bytes) {
  const void* data = bytes.empty() ? static_cast<const void*>("") : bytes.data();
  bound(sqlite3_bind_blob64(handle_, ++arguments_, data, bytes.size(), SQLITE_STATIC));
}

void Query::bind(std::string_view text) {
  const char* data = text.empty() ? "" : text.data();
  bound(sqlite3_bind_text64(handle_, ++arguments_, data, text.size(), SQLITE_STATIC, SQLITE_UTF8));
}

void Query::bind(std::nullopt_t) { bound(sqlite3_bind_null(handle_, ++arguments_)); }

bool Query::next() {
  if (code_ != SQLITE_OK && code_ != SQLITE_ROW) return false;
  code_ = sqlite3_step(handle_);
  return code_ == SQLITE_ROW;
}

Status Query::status() const {
  if (code_ == SQLITE_OK || code_ == SQLITE_ROW || code_ == SQLITE_DONE) return Done{};
  return failure(sqlite3_db_handle(handle_), code_);
}

bool Query::is_null(int column) const { return sqlite3_column_type(handle_, column) == SQLITE_NULL; }

std::int64_t Query::integer(int column) const { return sqlite3_column_int64(handle_, column); }

ByteView Query::bytes(int column) const {
  const auto* data = static_cast<const std::uint8_t*>(sqlite3_column_blob(handle_, column));
  return {data, static_cast<std::size_t>(sqlite3_column_bytes(handle_, column))};
}

Result<Transaction> Transaction::begin(Database& database) {
  if (Status begun = database.run_kept(database.begin_, "BEGIN IMMEDIATE"); !begun) return Failure{begun.error()};
  return Transaction(database);
}

Result<Transaction> Transaction::begin_read(Database& database) {
  if (Status begun = database.execute("BEGIN"); !begun) return Failure{begun.error()};
  return Transaction(database);
}

Transaction::~Transaction() {
  // After some errors SQLite has rolled back by itself. A rollback writes nothing; if it fails, nothing of the transaction stays.
  if (database_ != nullptr && sqlite3_get_autocommit(database_->handle_) == 0) {
    sqlite3_exec(database_->handle_, "ROLLBACK", nullptr, nullptr, nullptr);
  }
}

Status Transaction::commit() { return database_->run_kept(database_->commit_, "COMMIT"); }

std::string_view advice_for(int system_error) {
  switch (system_error) {
    case ENOENT:
    case ENOTDIR: return "; its folder must exist";
    case EACCES:
    case EPERM: return "; it or its folder belongs to another user: chown both to the service's user";
    case EROFS: return "; the file system is read-only";
    case EISDIR: return "; a folder stands in its place";
    case ENOSPC:
    case EDQUOT: return "; make room on the disk";
    default: return "";
  }
}

}  // namespace greentill::sqlite
