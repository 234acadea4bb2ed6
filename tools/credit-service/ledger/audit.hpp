// SPDX-License-Identifier: Apache-2.0
// What the ledger holds, and whether it holds together. Private to ledger/. Threads: one.
#pragma once

#include "tools/credit-service/ledger/ledger.hpp"
#include "tools/credit-service/ledger/programmes.hpp"

namespace greentill::credit {

Result<Report> make_report(Database& database);

/// Each message is something that does not hold.
Result<std::vector<std::string>> check_books(Database& database, Programmes& programmes);

}  // namespace greentill::credit
