// SPDX-License-Identifier: Apache-2.0
// The ledger's books in its PostgreSQL database, read while workers write. Unlike the store it reads across keys: for an
// operator, not for a claim.
#pragma once

#include <memory>
#include <string>

#include "daemon/claim/crypto.hpp"
#include "tools/credit-service/ledger/books.hpp"

namespace greentill::credit {

/// not_found where there is no ledger. The hasher must outlive the books. Errors: postgres.hpp.
Result<std::unique_ptr<Books>> open_postgres_books(const std::string& url, const claim::Hasher& hasher);

}  // namespace greentill::credit
