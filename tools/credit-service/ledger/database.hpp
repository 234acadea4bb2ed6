// SPDX-License-Identifier: Apache-2.0
// SQLite, every result code looked at. Private to ledger/. Threads: one.
#pragma once

#include <sqlite3.h>

#include <cstdint>
#include <filesystem>
#include <initializer_list>
#include <memory>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "daemon/base/bytes.hpp"
#include "daemon/base/error.hpp"

namespace greentill::credit {

/// A prepared statement. The first failure is kept and makes every later call of the same run do nothing; done() or ok() tells.
class Statement {
 public:
  explicit Statement(sqlite3_stmt* raw) : raw_(raw) {}
  ~Statement() { sqlite3_finalize(raw_); }
  Statement(const Statement&) = delete;
  Statement& operator=(const Statement&) = delete;

  /// Starts a run with these parameters in order. Bytes and texts must live until the run has ended.
  template <typename... Values>
  Statement& with(const Values&... values) {
    sqlite3_reset(raw_);
    code_ = SQLITE_OK;
    int index = 0;
    (bind(++index, values), ...);
    return *this;
  }
  /// Moves to the next row; false at the end or after a failure.
  bool row() {
    if (code_ != SQLITE_OK && code_ != SQLITE_ROW) return false;
    code_ = sqlite3_step(raw_);
    return code_ == SQLITE_ROW;
  }
  /// Runs to the end.
  Status done();
  /// Whether the run has not failed so far.
  Status ok();

  [[nodiscard]] std::int64_t integer(int column) const { return sqlite3_column_int64(raw_, column); }
  [[nodiscard]] bool null(int column) const { return sqlite3_column_type(raw_, column) == SQLITE_NULL; }
  [[nodiscard]] ByteView bytes(int column) const;
  [[nodiscard]] std::string_view text(int column) const { return as_text(bytes(column)); }

 private:
  void bind(int index, std::int64_t value) { note(sqlite3_bind_int64(raw_, index, value)); }
  void bind(int index, std::uint64_t value) { bind(index, static_cast<std::int64_t>(value)); }
  void bind(int index, int value) { bind(index, std::int64_t{value}); }
  void bind(int index, std::optional<std::int64_t> value) { value ? bind(index, *value) : note(sqlite3_bind_null(raw_, index)); }
  void bind(int index, ByteView value) {
    note(sqlite3_bind_blob(raw_, index, value.empty() ? static_cast<const void*>("") : value.data(),
                           static_cast<int>(value.size()), SQLITE_STATIC));
  }
  template <std::size_t N>
  void bind(int index, const Bytes<N>& value) {
    bind(index, ByteView(value));
  }
  void bind(int index, std::string_view value) {
    note(sqlite3_bind_text(raw_, index, value.data(), static_cast<int>(value.size()), SQLITE_STATIC));
  }
  void note(int code) {
    if (code_ == SQLITE_OK) code_ = code;
  }

  sqlite3_stmt* raw_;
  int code_ = SQLITE_OK;
};

class Database {
 public:
  /// Opens or creates the file: WAL, synchronous=FULL, waits up to ten seconds for another worker's lock.
  static Result<std::unique_ptr<Database>> open(const std::filesystem::path& path);
  ~Database();
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;

  /// Statements without parameters or rows.
  Status run(const char* sql);
  Result<std::unique_ptr<Statement>> prepare(const char* sql);
  Status prepare(std::initializer_list<std::pair<std::unique_ptr<Statement>*, const char*>> statements);
  /// Ends every run of a statement. One that stands at a row keeps the snapshot it reads, from which no other worker's commit can
  /// be seen, and after which no transaction can begin any more (SQLITE_BUSY_SNAPSHOT).
  void end_reads();
  /// Rows that the last INSERT, UPDATE or DELETE changed.
  [[nodiscard]] int changed() const { return sqlite3_changes(raw_); }
  [[nodiscard]] std::int64_t last_row() const { return sqlite3_last_insert_rowid(raw_); }

 private:
  explicit Database(sqlite3* raw) : raw_(raw) {}
  sqlite3* raw_;
};

/// Ends the reads of its scope: for whatever reads without a transaction.
class Reading {
 public:
  explicit Reading(Database& database) : database_(database) {}
  ~Reading() { database_.end_reads(); }
  Reading(const Reading&) = delete;
  Reading& operator=(const Reading&) = delete;

 private:
  Database& database_;
};

/// Rolls back unless commit() succeeded.
class Transaction {
 public:
  explicit Transaction(Database& database) : database_(database) {}
  ~Transaction();
  Transaction(const Transaction&) = delete;
  Transaction& operator=(const Transaction&) = delete;
  /// Takes the one writer's lock.
  Status begin();
  /// One snapshot for several reads, without a lock.
  Status begin_read();
  Status commit();

 private:
  Status begin(const char* sql);
  Database& database_;
  bool open_ = false;
};

}  // namespace greentill::credit
