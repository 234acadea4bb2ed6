// SPDX-License-Identifier: Apache-2.0
// Whether what stands of each act is what the rules say of all that is kept with it (docs/ledger.md, "Acts"). Threads: one.
#pragma once

#include <string>
#include <vector>

#include "tools/credit-service/ledger/books.hpp"

namespace greentill::credit {

/// Adds what does not hold. Errors: the books', and corrupt where a claim cannot be read.
Status check_acts_by_rules(Books& books, std::vector<std::string>& wrong);

}  // namespace greentill::credit
