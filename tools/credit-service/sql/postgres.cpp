// SPDX-License-Identifier: Apache-2.0
#include "tools/credit-service/sql/postgres.hpp"

#include <variant>

#include "tools/credit-service/sql/dialect.hpp"

namespace greentill::sql {
namespace {

// Of a run with many rows.
constexpr const char* kAtOnce = "1000";

postgres::Parameters parameters_of(std::span<const Value> values) {
  postgres::Parameters all(values.size());
  for (const Value& value : values) std::visit([&](const auto& one) { all.add(one); }, value);
  return all;
}

class PostgresRun : public Run {
 public:
  explicit PostgresRun(postgres::Rows rows) : rows_(std::move(rows)) {}
  bool next() override { return rows_.next(); }
  [[nodiscard]] Status status() const override { return rows_.status(); }
  [[nodiscard]] bool is_null(int column) const override { return rows_.is_null(column); }
  [[nodiscard]] std::int64_t integer(int column) const override { return rows_.integer(column); }
  [[nodiscard]] ByteView bytes(int column) const override { return rows_.bytes(column); }

 protected:
  postgres::Rows rows_;
};

/// Rows that come through a cursor, some at a time.
class CursorRun final : public PostgresRun {
 public:
  CursorRun(postgres::Database& database, std::string name, postgres::Rows declared)
      : PostgresRun(std::move(declared)), database_(database), name_(std::move(name)) {}
  CursorRun(const CursorRun&) = delete;
  CursorRun& operator=(const CursorRun&) = delete;
  ~CursorRun() override {
    if (rows_.status()) (void)database_.send("CLOSE " + name_);
  }
  bool next() override {
    if (rows_.next()) return true;
    if (!rows_.status()) return false;
    rows_ = database_.ask(std::string("FETCH ") + kAtOnce + " FROM " + name_);
    return rows_.next();
  }

 private:
  postgres::Database& database_;
  std::string name_;
};

class PostgresStatement final : public Prepared {
 public:
  PostgresStatement(postgres::Database& database, std::string sql, std::string name)
      : database_(database), sql_(std::move(sql)), cursor_(std::move(name)) {}
  std::unique_ptr<Run> run(std::span<const Value> values, Rows rows) override {
    const postgres::Parameters bound = parameters_of(values);
    if (rows == Rows::some || !database_.is_inside()) {
      return std::make_unique<PostgresRun>(database_.ask_values(sql_, bound.view()));
    }
    auto declared = database_.ask_values("DECLARE " + cursor_ + " NO SCROLL CURSOR FOR " + sql_, bound.view());
    return std::make_unique<CursorRun>(database_, cursor_, std::move(declared));
  }
  Status execute(std::span<const Value> values) override {
    return database_.send_values(sql_, parameters_of(values).view(), postgres::Database::Expect::nothing);
  }

 private:
  postgres::Database& database_;
  std::string sql_, cursor_;
};

class OnPostgres final : public Database {
 public:
  explicit OnPostgres(postgres::Database& database) : database_(database) {}
  explicit OnPostgres(std::unique_ptr<postgres::Database> own) : own_(std::move(own)), database_(*own_) {}
  Result<std::unique_ptr<Prepared>> prepare(std::string_view sql) override {
    return std::unique_ptr<Prepared>(
        std::make_unique<PostgresStatement>(database_, postgres_words(sql), "c" + std::to_string(++statements_)));
  }
  [[nodiscard]] Failure<Error> damaged(std::string_view what) const override { return database_.damaged(what); }
  Result<std::int64_t> next_number(const std::string& table) override { return integer("SELECT nextval('" + table + "_no')"); }

 private:
  Status start_snapshot() override { return database_.begin("ISOLATION LEVEL REPEATABLE READ READ ONLY"); }
  void end_snapshot() override { database_.rollback(); }

  const std::unique_ptr<postgres::Database> own_;
  postgres::Database& database_;
  std::uint64_t statements_ = 0;
};

}  // namespace

std::unique_ptr<Database> on(postgres::Database& database) { return std::make_unique<OnPostgres>(database); }

std::unique_ptr<Database> own(postgres::Database database) {
  return std::make_unique<OnPostgres>(std::make_unique<postgres::Database>(std::move(database)));
}

}  // namespace greentill::sql
