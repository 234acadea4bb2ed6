// SPDX-License-Identifier: Apache-2.0
// SQLite with every result code turned into a Status: a connection, a prepared statement, one run of it, a transaction. Errors
// name the file and say what to do: full where the disk is, corrupt where the file is damaged, unavailable where another
// connection holds the lock, denied where it may not be opened, conflict where a constraint is broken, io where the disk fails.
//
// Threads: a connection and what was prepared on it belong to one thread at a time.
#pragma once

#include <chrono>
#include <filesystem>
#include <functional>
#include <initializer_list>
#include <optional>
#include <ranges>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

#include "daemon/base/bytes.hpp"
#include "daemon/base/error.hpp"
#include "daemon/sqlite/row_access.hpp"

struct sqlite3;
struct sqlite3_stmt;

namespace greentill::sqlite {

struct Settings {
  bool read_only = false;                 ///< if false, the file is created where it does not exist
  bool immutable = false;                 ///< with read_only: no log is looked for and no lock taken; nobody may write to it
  std::string vfs = {};                   ///< empty: SQLite's own
  std::chrono::milliseconds busy{2'000};  ///< how long another connection's lock is waited for
  std::string pragmas = {};               ///< run once the connection is open
  bool keeps_log = false;                 ///< until own_log()
  bool gathers_log = false;               ///< with synchronous=FULL alone: see gathered_log.hpp
  std::function<void()> on_damage = {};   ///< called wherever this connection meets damage, in its thread; must not use it
};

class Database {
 public:
  static Result<Database> open(const std::filesystem::path& path, const Settings& settings);
  Database(Database&& other) noexcept;
  Database& operator=(Database&&) = delete;
  ~Database();

  /// Runs statements that have no parameters and return no rows. `sql` ends with a zero byte.
  Status execute(const char* sql);
  /// The first column of the first row; 0 where there is no row.
  Result<std::int64_t> integer(const char* sql);
  /// Switches to write-ahead logging; io where the file system cannot. Waits, as for a lock, while another connection makes the
  /// same change.
  Status use_wal();
  /// Writes the log back as far as no reader needs it. A failure is not reported: the next checkpoint does it.
  void checkpoint();
  /// Writes the first page anew, so that the change counter rises, and writes the log back.
  Status touch();
  /// The change counter in the header of the file itself, without its log; 0 where the file is shorter than a header. Only rises.
  Result<std::uint32_t> change_counter();
  /// Makes sure that what was written back to the file itself is on the disk.
  Status sync();
  /// With Settings::keeps_log the log is neither written back nor removed when this connection closes: it may be another's. From
  /// here on it is known to be this database's.
  void own_log();
  /// How many rows the last INSERT, UPDATE or DELETE changed.
  [[nodiscard]] std::int64_t changed() const;
  /// How many rows this connection has changed since it was opened, rolled back or not.
  [[nodiscard]] std::int64_t changed_ever() const;
  /// The rowid of the last INSERT.
  [[nodiscard]] std::int64_t last_row() const;
  [[nodiscard]] std::string file() const;
  /// The error for a row whose content is impossible.
  [[nodiscard]] Failure<Error> damaged(std::string_view what) const;

 private:
  friend class Statement;
  friend class Transaction;
  friend class Progress;
  explicit Database(sqlite3* handle) : handle_(handle) {}
  Status run_kept(sqlite3_stmt*& kept, std::string_view sql);

  sqlite3* handle_;
  std::chrono::milliseconds busy_{0};
  sqlite3_stmt* begin_ = nullptr;
  sqlite3_stmt* commit_ = nullptr;
};

/// As long as it is there: `told` is called again and again while statements of the connection work, by the connection's thread;
/// it must not use the connection. Both must outlive it; one at a time for a connection.
class Progress {
 public:
  Progress(Database& database, const std::function<void()>& told);
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;
  ~Progress();

 private:
  Database& database_;
};

class Statement {
 public:
  Statement() = default;
  Statement(const Statement&) = delete;
  Statement& operator=(const Statement&) = delete;
  ~Statement();

  Status prepare(Database& database, std::string_view sql);
  /// Runs the statement to its end with these parameters, in order; rows are passed over.
  template <typename... Values>
  Status run(const Values&... values);

 private:
  friend class Query;
  friend class RowCopy;
  sqlite3_stmt* handle_ = nullptr;
};

struct Preparation {
  Statement& statement;
  std::string_view sql;
};
Status prepare_all(Database& database, std::initializer_list<Preparation> preparations);

/// A parameter whose kind is known when it is bound.
using Value = std::variant<std::nullopt_t, std::int64_t, std::string_view, ByteView>;

/// One run of a statement. It is reset when this object is destroyed, so that no snapshot stays open. The first failure, also of
/// binding a parameter, ends the rows and is kept: ask status() or result() after the last row.
class Query : public RowAccess<Query> {
 public:
  /// Binds the parameters in order: integers, texts, bytes, and optional ones of these, which are NULL where they are empty. What
  /// they refer to must outlive the Query.
  template <typename... Values>
  explicit Query(Statement& statement, Values&&... values) : handle_(statement.handle_) {
    static_assert(
        ((std::is_lvalue_reference_v<Values> || !std::ranges::range<Values> || std::ranges::borrowed_range<Values>)&&...),
        "a parameter that goes before the run does");
    (bind(values), ...);
  }
  /// Likewise, of as many parameters as there are.
  Query(Statement& statement, std::span<const Value> values) : handle_(statement.handle_) {
    for (const Value& value : values) std::visit([this](const auto& one) { bind(one); }, value);
  }
  Query(const Query&) = delete;
  Query& operator=(const Query&) = delete;
  ~Query();

  /// Moves to the next row; false at the end and after a failure.
  bool next();
  [[nodiscard]] Status status() const;

  [[nodiscard]] bool is_null(int column) const;
  [[nodiscard]] std::int64_t integer(int column) const;
  /// Lifetime: until the next call of next().
  [[nodiscard]] ByteView bytes(int column) const;

 private:
  void bind(std::int64_t value);
  void bind(std::uint64_t value) { bind(static_cast<std::int64_t>(value)); }
  void bind(int value) { bind(std::int64_t{value}); }
  void bind(ByteView bytes);
  void bind(std::string_view text);
  void bind(std::nullopt_t);
  template <typename T>
  void bind(const std::optional<T>& value) {
    value ? bind(*value) : bind(std::nullopt);
  }
  void bound(int code);

  sqlite3_stmt* handle_;
  int arguments_ = 0;
  int code_ = 0;
};

template <typename... Values>
Status Statement::run(const Values&... values) {
  Query query(*this, values...);
  while (query.next()) {
  }
  return query.status();
}

/// A transaction, rolled back unless it is committed. Requires: no Query outlives it.
class Transaction {
 public:
  /// Takes the writers' lock, of which there is one.
  static Result<Transaction> begin(Database& database);
  /// Gives several reads the same snapshot; takes no lock.
  static Result<Transaction> begin_read(Database& database);
  Transaction(Transaction&& other) noexcept : database_(std::exchange(other.database_, nullptr)) {}
  Transaction& operator=(Transaction&&) = delete;
  ~Transaction();
  /// Commits, as durably as the connection's settings make it. On failure nothing of the transaction is stored.
  Status commit();

 private:
  explicit Transaction(Database& database) : database_(&database) {}
  Database* database_;
};

/// What to do about a file that the system refuses, by errno: to append to a message. Empty where no advice is known.
std::string_view advice_for(int system_error);

}  // namespace greentill::sqlite
