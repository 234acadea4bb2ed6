// SPDX-License-Identifier: Apache-2.0
// Sums years of bookings in the tables. Private to this folder. Threads: one.
#pragma once

#include <vector>

#include "daemon/claim/crypto.hpp"
#include "tools/credit-service/ledger/books.hpp"
#include "tools/credit-service/sql/sql.hpp"

namespace greentill::credit {

/// Of each of the periods, in one pass over all bookings. Requires: a snapshot.
Result<std::vector<YearSums>> sum_years(sql::Database& database, const std::vector<Period>& periods, const claim::Hasher& hasher);

}  // namespace greentill::credit
