// SPDX-License-Identifier: Apache-2.0
// SQLite with every result code turned into a Status: a connection, a prepared statement, one run of it, a transaction. Errors
// name the file and say what to do: full where the disk is, corrupt where the file is damaged, unavailable where another
// connection holds the lock, denied where it may not be opened, conflict where a constraint is broken, io where the disk fails.
//
// Threads: a connection and what was prepared on it belong to one thread at a time.
#pragma once

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <initializer_list>
#include <optional>
#include <ranges>
#include <string>
#include <string_view>
#include <utility>

#include "daemon/base/bytes.hpp"
#include "daemon/base/error.hpp"

struct sqlite3;
struct sqlite3_stmt;

namespace greentill::sqlite {

struct Settings {
  bool read_only = false;                 ///< else the file is created where it is not there
  std::string vfs = {};                   ///< empty: SQLite's own
  std::chrono::milliseconds busy{2'000};  ///< how long another connection's lock is waited for
  std::string pragmas = {};               ///< run once it is open
};

class Database {
 public:
  static Result<Database> open(const std::filesystem::path& path, const Settings& settings);
  Database(Database&& other) noexcept;
  Database& operator=(Database&&) = delete;
  ~Database();

  /// Runs statements without parameters or rows. `sql` is ended by a zero.
  Status execute(const char* sql);
  /// The first column of the first row, 0 where there is none.
  Result<std::int64_t> integer(const char* sql);
  /// Write-ahead logging, on a file system that can. Waits as for any lock where another connection is making the same change.
  Status use_wal();
  /// Writes the log back as far as nobody reads it; a failure leaves it to the next one.
  void checkpoint();
  /// Rows that the last INSERT, UPDATE or DELETE changed.
  [[nodiscard]] std::int64_t changed() const;
  /// Of the last INSERT.
  [[nodiscard]] std::int64_t last_row() const;
  [[nodiscard]] std::string file() const;
  /// The error for a row that holds what cannot be.
  [[nodiscard]] Failure<Error> damaged(std::string_view what) const;

 private:
  friend class Statement;
  friend class Transaction;
  explicit Database(sqlite3* handle) : handle_(handle) {}
  Status run_kept(sqlite3_stmt*& kept, std::string_view sql);

  sqlite3* handle_;
  std::chrono::milliseconds busy_{0};
  sqlite3_stmt* begin_ = nullptr;
  sqlite3_stmt* commit_ = nullptr;
};

class Statement {
 public:
  Statement() = default;
  Statement(const Statement&) = delete;
  Statement& operator=(const Statement&) = delete;
  ~Statement();

  Status prepare(Database& database, std::string_view sql);
  /// Runs it to its end with these parameters in order, whatever rows there are.
  template <typename... Values>
  Status run(const Values&... values);

 private:
  friend class Query;
  sqlite3_stmt* handle_ = nullptr;
};

struct Preparation {
  Statement& statement;
  std::string_view sql;
};
Status prepare_all(Database& database, std::initializer_list<Preparation> preparations);

/// One run of a statement, which is reset at its end, so that no snapshot stays open behind it. The first failure, also of a
/// parameter, ends the rows and is kept: status() or result() must be asked behind the last row.
class Query {
 public:
  /// Parameters in order: integers, texts, bytes, and optional ones of these, which are NULL where they are not there. What they
  /// refer to must outlive the Query.
  template <typename... Values>
  explicit Query(Statement& statement, Values&&... values) : handle_(statement.handle_) {
    static_assert(
        ((std::is_lvalue_reference_v<Values> || !std::ranges::range<Values> || std::ranges::borrowed_range<Values>)&&...),
        "a parameter that goes before the run does");
    (bind(values), ...);
  }
  Query(const Query&) = delete;
  Query& operator=(const Query&) = delete;
  ~Query();

  /// Moves on to the next row; false at the end, and at a failure.
  bool next();
  [[nodiscard]] Status status() const;
  /// What was read, or the failure that ended it.
  template <typename T>
  [[nodiscard]] Result<T> result(T value) const {
    if (Status ran = status(); !ran) return Failure{ran.error()};
    return value;
  }

  [[nodiscard]] bool is_null(int column) const;
  [[nodiscard]] std::int64_t integer(int column) const;
  [[nodiscard]] std::uint64_t count(int column) const { return static_cast<std::uint64_t>(integer(column)); }
  [[nodiscard]] std::optional<std::int64_t> optional(int column) const {
    return is_null(column) ? std::nullopt : std::optional(integer(column));
  }
  /// Lifetime: until the next call of next().
  [[nodiscard]] ByteView bytes(int column) const;
  [[nodiscard]] std::string_view text(int column) const { return as_text(bytes(column)); }
  /// False where the column holds another number of bytes.
  template <std::size_t N>
  [[nodiscard]] bool fixed(int column, Bytes<N>& into) const {
    const ByteView value = bytes(column);
    if (value.size() != N) return false;
    std::copy(value.begin(), value.end(), into.begin());
    return true;
  }

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

/// Rolled back unless committed. Requires: no Query of its statements outlives it.
class Transaction {
 public:
  /// Takes the one writer's lock.
  static Result<Transaction> begin(Database& database);
  /// One snapshot for several reads, without a lock.
  static Result<Transaction> begin_read(Database& database);
  Transaction(Transaction&& other) noexcept : database_(std::exchange(other.database_, nullptr)) {}
  Transaction& operator=(Transaction&&) = delete;
  ~Transaction();
  /// As durable as the connection's settings make it; on failure nothing of it is stored.
  Status commit();

 private:
  explicit Transaction(Database& database) : database_(&database) {}
  Database* database_;
};

/// What to do about a file that the system refuses, by an errno, to be put behind the message; empty where nothing is known.
std::string_view advice_for(int system_error);

}  // namespace greentill::sqlite
