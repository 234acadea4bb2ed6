// SPDX-License-Identifier: Apache-2.0
// What the ledger holds, and whether it holds together. Private to this folder. Threads: one.
#pragma once

#include "daemon/claim/crypto.hpp"
#include "daemon/sqlite/sqlite.hpp"
#include "tools/credit-service/ledger/books.hpp"

namespace greentill::credit {

Result<Report> make_report(sqlite::Database& database);

Result<std::vector<std::string>> check_books(sqlite::Database& database, const claim::Hasher& hasher);

}  // namespace greentill::credit
