// SPDX-License-Identifier: Apache-2.0
// Threads: pure functions.
#pragma once

#include <string>

#include "daemon/event/field_kinds.hpp"
#include "daemon/event/transaction.hpp"
#include "greentill/plugin.h"

namespace greentill::event {

/// The transaction in the JSON form of docs/api.md, on one line; parse_transaction() reads it back. Evidence, and fields that are
/// not for the audience, are not in it. Empty texts and lists, a total of 0 and a false flag are left out. Requires:
/// beyond_limits() finds nothing.
[[nodiscard]] std::string to_json(const Transaction& transaction, Audience audience);
[[nodiscard]] std::string to_json(const gt_transaction& transaction, Audience audience);

}  // namespace greentill::event
