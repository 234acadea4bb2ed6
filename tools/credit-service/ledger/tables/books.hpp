// SPDX-License-Identifier: Apache-2.0
// The ledger's books in its tables, whichever database has them. It reads across keys. Private to the stores.
#pragma once

#include <memory>

#include "daemon/claim/crypto.hpp"
#include "tools/credit-service/ledger/books.hpp"
#include "tools/credit-service/registry/tables/registry_store.hpp"
#include "tools/credit-service/sql/sql.hpp"

namespace greentill::credit {

/// Whether the database has accounts of people, and trees.
enum class Holdings : std::uint8_t { none, kept };

/// `registry` is on the same connection. The hasher must outlive the books.
std::unique_ptr<Books> make_books(std::unique_ptr<sql::Database> database, std::unique_ptr<RegistryStore> registry,
                                  const claim::Hasher& hasher, Holdings holdings);

}  // namespace greentill::credit
