// SPDX-License-Identifier: Apache-2.0
// For parsers of what tills write: what they make of any bytes must be within the limits of the ABI, since the host takes nothing
// else and the source would stop at it.
#pragma once

#include <cstdlib>
#include <optional>

#include "daemon/event/check.hpp"
#include "plugins/common/values/as_abi.hpp"

namespace greentill::fuzz {

inline void require(bool holds) {
  if (!holds) std::abort();
}

inline void require_acceptable(const plugin::Transaction& from) {
  bool offered = false;
  plugin::as_abi(from, [&offered](const gt_transaction& transaction) {
    offered = true;
    require(!event::beyond_limits(transaction) && !event::contradiction(transaction));
  });
  require(offered);
}

inline void require_acceptable(const event::Transaction& transaction) { require(event::check_transaction(transaction).ok()); }

}  // namespace greentill::fuzz
