// SPDX-License-Identifier: Apache-2.0
// Opens what the configuration names, in whichever database it is. Threads: pure functions.
#pragma once

#include <memory>

#include "daemon/claim/crypto.hpp"
#include "tools/credit-service/config/config.hpp"
#include "tools/credit-service/ledger/books.hpp"
#include "tools/credit-service/ledger/sqlite/store.hpp"
#include "tools/credit-service/ledger/store.hpp"

namespace greentill::credit {

/// The ledger, which is made where there is none. `went_back`: PostgreSQL's does not know that it did.
Result<std::unique_ptr<Store>> open_store(const Config& config, WentBack went_back = WentBack::refused);

/// Its books, for reading alone. not_found where there is no ledger. The hasher must outlive them.
Result<std::unique_ptr<Books>> open_books(const Config& config, const claim::Hasher& hasher);

}  // namespace greentill::credit
