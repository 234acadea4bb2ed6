// SPDX-License-Identifier: Apache-2.0
// The ledger's books in its SQLite database, read while workers write.
#pragma once

#include <filesystem>
#include <memory>

#include "daemon/claim/crypto.hpp"
#include "tools/credit-service/ledger/books.hpp"

namespace greentill::credit {

/// Opens the database for reading alone. not_found where there is none. The hasher must outlive the books.
Result<std::unique_ptr<Books>> open_sqlite_books(const std::filesystem::path& path, const claim::Hasher& hasher);

}  // namespace greentill::credit
