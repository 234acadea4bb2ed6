// SPDX-License-Identifier: Apache-2.0
#include "tools/credit-service/ledger/postgres/books.hpp"

#include "tools/credit-service/ledger/postgres/schema.hpp"
#include "tools/credit-service/ledger/tables/books.hpp"
#include "tools/credit-service/sql/postgres.hpp"

namespace greentill::credit {
namespace {

/// With the connection that it reads by.
class OwnConnection final : public sql::Database {
 public:
  explicit OwnConnection(std::unique_ptr<postgres::Database> database)
      : database_(std::move(database)), reading_(sql::on(*database_)) {}
  [[nodiscard]] postgres::Database& connection() const { return *database_; }
  Result<std::unique_ptr<sql::Prepared>> prepare(std::string_view sql) override { return reading_->prepare(sql); }
  [[nodiscard]] Failure<Error> damaged(std::string_view what) const override { return reading_->damaged(what); }

 private:
  Status start_snapshot() override { return reading_->begin_read(); }
  void end_snapshot() override { reading_->end_read(); }

  const std::unique_ptr<postgres::Database> database_;
  const std::unique_ptr<sql::Database> reading_;
};

}  // namespace

Result<std::unique_ptr<Books>> open_postgres_books(const std::string& url, const claim::Hasher& hasher) {
  auto database = postgres::Database::open(url);
  if (!database) return Failure{database.error()};
  if (Status readable = check_version(*database); !readable) return Failure{readable.error()};
  auto own = std::make_unique<OwnConnection>(std::make_unique<postgres::Database>(std::move(*database)));
  auto registry = make_registry(sql::on(own->connection()));
  return make_books(std::move(own), std::move(registry), hasher, Holdings::none);
}

}  // namespace greentill::credit
