// SPDX-License-Identifier: Apache-2.0
#include "tools/credit-service/sql/sqlite.hpp"

#include <optional>

namespace greentill::sql {
namespace {

class SqliteRun final : public Run {
 public:
  SqliteRun(sqlite::Statement& statement, std::span<const Value> values) : query_(statement, values) {}
  bool next() override { return query_.next(); }
  [[nodiscard]] Status status() const override { return query_.status(); }
  [[nodiscard]] bool is_null(int column) const override { return query_.is_null(column); }
  [[nodiscard]] std::int64_t integer(int column) const override { return query_.integer(column); }
  [[nodiscard]] ByteView bytes(int column) const override { return query_.bytes(column); }

 private:
  sqlite::Query query_;
};

class SqliteStatement final : public Prepared {
 public:
  Status prepare(sqlite::Database& database, std::string_view sql) { return statement_.prepare(database, sql); }
  std::unique_ptr<Run> run(std::span<const Value> values, Rows /*rows*/) override {
    return std::make_unique<SqliteRun>(statement_, values);
  }
  Status execute(std::span<const Value> values) override {
    SqliteRun run(statement_, values);
    while (run.next()) {
    }
    return run.status();
  }

 private:
  sqlite::Statement statement_;
};

class OnSqlite final : public Database {
 public:
  explicit OnSqlite(sqlite::Database& database) : database_(database) {}
  explicit OnSqlite(std::unique_ptr<sqlite::Database> own) : own_(std::move(own)), database_(*own_) {}
  Result<std::unique_ptr<Prepared>> prepare(std::string_view sql) override {
    auto statement = std::make_unique<SqliteStatement>();
    if (Status prepared = statement->prepare(database_, sql); !prepared) return Failure{prepared.error()};
    return std::unique_ptr<Prepared>(std::move(statement));
  }
  [[nodiscard]] Failure<Error> damaged(std::string_view what) const override { return database_.damaged(what); }
  Result<std::int64_t> next_number(const std::string& table) override {
    return integer("SELECT coalesce(max(no), 0) + 1 FROM " + table);
  }

 private:
  Status start_snapshot() override {
    auto begun = sqlite::Transaction::begin_read(database_);
    if (!begun) return Failure{begun.error()};
    snapshot_.emplace(std::move(*begun));
    return Done{};
  }
  void end_snapshot() override { snapshot_.reset(); }

  const std::unique_ptr<sqlite::Database> own_;
  sqlite::Database& database_;
  std::optional<sqlite::Transaction> snapshot_;
};

}  // namespace

std::unique_ptr<Database> on(sqlite::Database& database) { return std::make_unique<OnSqlite>(database); }

std::unique_ptr<Database> own(sqlite::Database database) {
  return std::make_unique<OnSqlite>(std::make_unique<sqlite::Database>(std::move(database)));
}

}  // namespace greentill::sql
