// SPDX-License-Identifier: Apache-2.0
// SQLite with every result code turned into a Status: a connection, a prepared statement, one run of it. Private to
// daemon/outbox. Threads: a connection and what was prepared on it belong to one thread at a time.
#pragma once

#include <sqlite3.h>

#include <algorithm>
#include <filesystem>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>

#include "daemon/base/bytes.hpp"
#include "daemon/base/error.hpp"

namespace greentill::outbox {

class Database {
 public:
  enum class Mode { read_write, read_only };
  /// Opens the file; `vfs` empty: one that no other process shares the file with. Waits for SQLite's own locks up to two seconds.
  static Result<Database> open(const std::filesystem::path& path, const std::string& vfs, Mode mode, std::size_t cache_kib);
  Database(Database&& other) noexcept;
  Database& operator=(Database&&) = delete;
  ~Database();

  /// Runs statements that return nothing of interest. `sql` is ended by a zero.
  Status execute(const char* sql);
  /// The first column of the first row, 0 where there is none.
  Result<std::int64_t> integer(const char* sql);
  /// Around every sale: prepared once.
  Status begin_immediate() { return run_kept(begin_, "BEGIN IMMEDIATE"); }
  Status commit() { return run_kept(commit_, "COMMIT"); }
  [[nodiscard]] sqlite3* handle() const { return handle_; }
  /// The Error for the code of the call before, saying what failed and what to do.
  [[nodiscard]] Failure<Error> failure(int code) const;

 private:
  explicit Database(sqlite3* handle) : handle_(handle) {}
  Status run_kept(sqlite3_stmt*& kept, std::string_view sql);
  sqlite3* handle_;
  sqlite3_stmt* begin_ = nullptr;
  sqlite3_stmt* commit_ = nullptr;
};

class Statement {
 public:
  Statement() = default;
  Statement(const Statement&) = delete;
  Statement& operator=(const Statement&) = delete;
  ~Statement() { sqlite3_finalize(handle_); }

  /// Requires: the database outlives the statement.
  Status prepare(Database& database, std::string_view sql);

 private:
  friend class Query;
  Database* database_ = nullptr;
  sqlite3_stmt* handle_ = nullptr;
};

/// What prepare_all is given.
struct Preparation {
  Statement& statement;
  std::string_view sql;
};
Status prepare_all(Database& database, std::initializer_list<Preparation> preparations);

/// One run of a statement, which is reset at its end, so that no snapshot stays open behind it. Arguments are bound in order;
/// what they refer to must outlive the Query. A failed bind is reported by next() or run().
class Query {
 public:
  explicit Query(Statement& statement) : statement_(statement) {}
  Query(const Query&) = delete;
  Query& operator=(const Query&) = delete;
  ~Query();

  Query& with(std::int64_t value);
  Query& with(ByteView bytes);
  Query& with(std::string_view text);
  Query& with_null();

  /// Moves on to the next row; false at the end.
  Result<bool> next();
  /// For a statement without rows.
  Status run();
  [[nodiscard]] bool is_null(int column) const;
  [[nodiscard]] std::int64_t integer(int column) const;
  /// Lifetime: until the next call of next().
  [[nodiscard]] ByteView bytes(int column) const;
  [[nodiscard]] std::string_view text(int column) const;
  /// False where the column holds another number of bytes.
  template <std::size_t N>
  [[nodiscard]] bool fixed(int column, Bytes<N>& into) const {
    const ByteView value = bytes(column);
    if (value.size() != N) return false;
    std::copy(value.begin(), value.end(), into.begin());
    return true;
  }

 private:
  Query& bound(int code);
  Statement& statement_;
  int arguments_ = 0;
  int code_ = SQLITE_OK;
};

/// A write transaction: rolled back unless committed.
class Transaction {
 public:
  static Result<Transaction> begin(Database& database);
  Transaction(Transaction&& other) noexcept : database_(other.database_) { other.database_ = nullptr; }
  Transaction& operator=(Transaction&&) = delete;
  ~Transaction();
  /// Durable on success; on failure nothing of it is stored.
  Status commit();

 private:
  explicit Transaction(Database& database) : database_(&database) {}
  Database* database_;
};

}  // namespace greentill::outbox
