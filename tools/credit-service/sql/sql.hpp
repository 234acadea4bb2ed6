// SPDX-License-Identifier: Apache-2.0
// What reads and writes the same on both databases: statements written as SQLite has them, of which PostgreSQL's are made
// (dialect.hpp). Statements and runs are used as sqlite::Statement and sqlite::Query are. It costs a virtual call for each value:
// what is asked for each claim has statements of its own in each store.
//
// Errors: those of the database. A failed Run ends its rows, and tells by status(); nothing else of the connection is changed by
// it, but that a transaction in which it happened must be given up. Threads: one for a database and all that is made of it.
#pragma once

#include <array>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "daemon/sqlite/sqlite.hpp"

/// Marks a statement that reads all keys, where on PostgreSQL tables are spread by them.
#define GREENTILL_ACROSS "/* all keys */ "

namespace greentill::sql {

using sqlite::Value;

/// One run of a statement, as sqlite::Query has it: the first failure ends the rows and is kept. Columns are numbered from 0.
class Run {
 public:
  virtual ~Run() = default;
  /// Moves to the next row; false at the end and after a failure.
  virtual bool next() = 0;
  /// The failure that ended the rows, or none.
  [[nodiscard]] virtual Status status() const = 0;
  // Of the row at hand. Requires: next() was true.
  [[nodiscard]] virtual bool is_null(int column) const = 0;
  /// 0 where it is NULL.
  [[nodiscard]] virtual std::int64_t integer(int column) const = 0;
  /// Empty where it is NULL. Lifetime: until the next call of next().
  [[nodiscard]] virtual ByteView bytes(int column) const = 0;
};

/// How many rows are to come: some fit into memory all at once.
enum class Rows : std::uint8_t { some, many };

/// A statement of one database, which must outlive it. Requires: one run of it at a time.
class Prepared {
 public:
  virtual ~Prepared() = default;
  /// Never null: where it cannot be run, its first next() is false, and status() says why.
  /// What the values refer to must outlive the run.
  virtual std::unique_ptr<Run> run(std::span<const Value> values, Rows rows) = 0;
  /// Runs the statement to its end, passing over its rows; within a transaction a failure may be told by what follows, at the
  /// latest by the commit.
  virtual Status execute(std::span<const Value> values) = 0;
};

/// A connection.
class Database {
 public:
  virtual ~Database() = default;
  /// A statement that the database does not understand may be told of here or by its first run. The database must outlive it.
  virtual Result<std::unique_ptr<Prepared>> prepare(std::string_view sql) = 0;
  /// Gives what is read until end_read() the same snapshot; within another, that one's.
  Status begin_read();
  /// Requires: begin_read() succeeded once for each.
  void end_read();
  /// The error for a row whose content is impossible.
  [[nodiscard]] virtual Failure<Error> damaged(std::string_view what) const = 0;
  /// The first column of the first row; 0 where there is no row.
  Result<std::int64_t> integer(std::string_view sql);
  /// A number, as the column `no`, for a new row of a table whose rows are numbered from 1. Requires: rows are never removed.
  virtual Result<std::int64_t> next_number(const std::string& table) = 0;

 private:
  virtual Status start_snapshot() = 0;
  virtual void end_snapshot() = 0;

  int snapshots_ = 0;
};

/// What a statement is run with. Lifetime: that of what the values refer to.
template <std::size_t N>
class Bound {
 public:
  template <typename... Values>
  explicit Bound(const Values&... values) : all_{value_of(values)..., std::nullopt} {}
  [[nodiscard]] std::span<const Value> view() const { return std::span<const Value>(all_).first(N); }

 private:
  static Value value_of(std::int64_t value) { return value; }
  static Value value_of(std::uint64_t value) { return static_cast<std::int64_t>(value); }
  static Value value_of(int value) { return std::int64_t{value}; }
  static Value value_of(ByteView value) { return value; }
  static Value value_of(std::string_view value) { return value; }
  static Value value_of(std::nullopt_t) { return std::nullopt; }
  template <typename T>
  static Value value_of(const std::optional<T>& value) {
    return value ? value_of(*value) : Value(std::nullopt);
  }

  std::array<Value, N + 1> all_;  // one more, as an array of none is none
};

/// A Prepared, once it is prepared. Lifetime: within its database's.
class Statement {
 public:
  /// Before anything else; once more in place of what it was. Errors as Database::prepare() has them.
  Status prepare(Database& database, std::string_view sql);
  /// Runs the statement to its end with these parameters, in order, as Prepared::execute() does.
  template <typename... Values>
  Status run(const Values&... values) {
    return prepared_->execute(Bound<sizeof...(Values)>(values...).view());
  }

 private:
  friend class Query;
  std::unique_ptr<Prepared> prepared_;
};

struct Preparation {
  Statement& statement;
  std::string_view sql;
};
/// In turn, up to the first that fails.
Status prepare_all(Database& database, std::initializer_list<Preparation> preparations);

/// As sqlite::Query. On PostgreSQL its rows are all in memory. What the values refer to, and the statement, must outlive it.
class Query : public sqlite::RowAccess<Query> {
 public:
  template <typename... Values>
  explicit Query(Statement& statement, const Values&... values) {
    start(statement, Rows::some, values...);
  }
  bool next() { return run_->next(); }
  [[nodiscard]] Status status() const { return run_->status(); }

  [[nodiscard]] bool is_null(int column) const { return run_->is_null(column); }
  [[nodiscard]] std::int64_t integer(int column) const { return run_->integer(column); }
  /// Lifetime: until the next call of next().
  [[nodiscard]] ByteView bytes(int column) const { return run_->bytes(column); }

 protected:
  Query() = default;
  template <typename... Values>
  void start(Statement& statement, Rows rows, const Values&... values) {
    run_ = statement.prepared_->run(Bound<sizeof...(Values)>(values...).view(), rows);
  }

 private:
  std::unique_ptr<Run> run_;
};

/// A Query of which there may be more rows than memory. Requires, on PostgreSQL: a snapshot.
class Scan : public Query {
 public:
  template <typename... Values>
  explicit Scan(Statement& statement, const Values&... values) {
    start(statement, Rows::many, values...);
  }
};

/// A snapshot, until it is destroyed.
class Snapshot {
 public:
  /// `database` must outlive it.
  static Result<Snapshot> begin(Database& database);
  Snapshot(Snapshot&& other) noexcept : database_(std::exchange(other.database_, nullptr)) {}
  Snapshot& operator=(Snapshot&&) = delete;
  ~Snapshot() {
    if (database_ != nullptr) database_->end_read();
  }

 private:
  explicit Snapshot(Database& database) : database_(&database) {}
  Database* database_;
};

/// Statements by their text, prepared when they are first needed.
class KeptStatements {
 public:
  /// `database` must outlive it.
  explicit KeptStatements(Database& database) : database_(database) {}
  /// Requires: no Query of that text is still there. Lifetime: until the next call.
  Result<Statement*> of(std::string_view sql);

 private:
  static constexpr std::size_t kMost = 64;  // as sqlite::KeptStatements

  Database& database_;
  std::map<std::string, Statement, std::less<>> all_;
};

/// Runs statements by their text.
class Statements {
 public:
  /// `database` must outlive it.
  explicit Statements(Database& database) : kept_(database) {}

  template <typename... Values>
  Status run(std::string_view sql, const Values&... values) {
    const auto statement = kept_.of(sql);
    return statement ? (*statement)->run(values...) : Status(Failure{statement.error()});
  }
  /// Every row, as `read` makes it.
  template <typename Row, typename Read, typename... Values>
  Result<std::vector<Row>> list(std::string_view sql, const Read& read, const Values&... values) {
    const auto statement = kept_.of(sql);
    if (!statement) return Failure{statement.error()};
    std::vector<Row> rows;
    Query row(**statement, values...);
    while (row.next()) rows.push_back(read(row));
    return row.result(std::move(rows));
  }
  /// The first row; nothing where there is none.
  template <typename Row, typename Read, typename... Values>
  Result<std::optional<Row>> first(std::string_view sql, const Read& read, const Values&... values) {
    auto rows = list<Row>(sql, read, values...);
    if (!rows) return Failure{rows.error()};
    return rows->empty() ? std::optional<Row>() : std::optional<Row>(std::move(rows->front()));
  }

 private:
  KeptStatements kept_;
};

}  // namespace greentill::sql
