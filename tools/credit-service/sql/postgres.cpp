// SPDX-License-Identifier: Apache-2.0
#include "tools/credit-service/sql/postgres.hpp"

#include <charconv>
#include <variant>

#include "tools/credit-service/sql/dialect.hpp"

namespace greentill::sql {
namespace {

// Of a run with many rows.
constexpr const char* kAtOnce = "1000";

/// The values as libpq takes them.
class Parameters {
 public:
  explicit Parameters(std::span<const Value> values) : digits_(values.size()) {
    for (std::size_t at = 0; at < values.size(); ++at)
      std::visit([&](const auto& value) { bind(value, digits_[at]); }, values[at]);
  }
  [[nodiscard]] postgres::Values view() const {
    return {static_cast<int>(data_.size()), data_.data(), lengths_.data(), formats_.data()};
  }

 private:
  using Digits = std::array<char, 24>;

  void bind(std::nullopt_t, Digits& /*digits*/) { put(nullptr, 0, 0); }
  void bind(std::int64_t value, Digits& digits) {
    *std::to_chars(digits.data(), digits.data() + digits.size() - 1, value).ptr = '\0';
    put(digits.data(), 0, 0);
  }
  void bind(std::string_view text, Digits& /*digits*/) { put(text.empty() ? "" : text.data(), text.size(), 1); }
  void bind(ByteView bytes, Digits& digits) { bind(as_text(bytes), digits); }
  void put(const char* data, std::size_t size, int format) {
    data_.push_back(data);
    lengths_.push_back(static_cast<int>(size));
    formats_.push_back(format);
  }

  std::vector<const char*> data_;
  std::vector<int> lengths_, formats_;
  std::vector<Digits> digits_;
};

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
    const Parameters bound(values);
    if (rows == Rows::some || !database_.is_inside()) {
      return std::make_unique<PostgresRun>(database_.ask_values(sql_, bound.view()));
    }
    auto declared = database_.ask_values("DECLARE " + cursor_ + " NO SCROLL CURSOR FOR " + sql_, bound.view());
    return std::make_unique<CursorRun>(database_, cursor_, std::move(declared));
  }
  Status execute(std::span<const Value> values) override {
    return database_.send_values(sql_, Parameters(values).view(), postgres::Database::Expect::nothing);
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
