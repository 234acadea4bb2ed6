// SPDX-License-Identifier: Apache-2.0
// The ledger's books in its tables, whichever database has them. It reads across keys. Private to the stores.
#pragma once

#include <memory>

#include "daemon/claim/crypto.hpp"
#include "tools/credit-service/ledger/books.hpp"
#include "tools/credit-service/sql/sql.hpp"

namespace greentill::credit {

/// The hasher must outlive the books.
std::unique_ptr<Books> make_books(std::unique_ptr<sql::Database> database, const claim::Hasher& hasher);

}  // namespace greentill::credit
