// SPDX-License-Identifier: Apache-2.0
// Threads: pure functions.
#pragma once

#include <string>

#include "daemon/event/field_kinds.hpp"
#include "daemon/event/transaction.hpp"
#include "greentill/plugin.h"

namespace greentill::event {

/// The JSON form of docs/api.md, in one line, which parse_transaction() reads back; neither evidence nor what is not the
/// audience's is in it. Left out are empty texts and lists, a total of 0 and a flag that is false. Requires: beyond_limits() says
/// nothing.
[[nodiscard]] std::string to_json(const Transaction& transaction, Audience audience);
[[nodiscard]] std::string to_json(const gt_transaction& transaction, Audience audience);

}  // namespace greentill::event
