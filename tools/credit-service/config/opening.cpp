// SPDX-License-Identifier: Apache-2.0
#include "tools/credit-service/config/opening.hpp"

#include "tools/credit-service/ledger/postgres/books.hpp"
#include "tools/credit-service/ledger/postgres/store.hpp"
#include "tools/credit-service/ledger/sqlite/books.hpp"

namespace greentill::credit {

Result<std::unique_ptr<Store>> open_store(const Config& config, WentBack went_back) {
  return config.database_url.empty() ? open_sqlite_store(config.database, went_back) : open_postgres_store(config.database_url);
}

Result<std::unique_ptr<Books>> open_books(const Config& config, const claim::Hasher& hasher) {
  return config.database_url.empty() ? open_sqlite_books(config.database, hasher)
                                     : open_postgres_books(config.database_url, hasher);
}

}  // namespace greentill::credit
