// SPDX-License-Identifier: Apache-2.0
#include "tools/credit-service/ledger/postgres/books.hpp"

#include "tools/credit-service/ledger/postgres/schema.hpp"
#include "tools/credit-service/ledger/tables/books.hpp"
#include "tools/credit-service/sql/postgres.hpp"

namespace greentill::credit {

Result<std::unique_ptr<Books>> open_postgres_books(const std::string& url, const claim::Hasher& hasher) {
  auto database = postgres::Database::open(url);
  if (!database) return Failure{database.error()};
  if (Status readable = check_version(*database); !readable) return Failure{readable.error()};
  return make_books(sql::own(std::move(*database)), hasher);
}

}  // namespace greentill::credit
