// SPDX-License-Identifier: Apache-2.0
// For parsers of what tills write: what they make of any bytes must be within the limits of the ABI, since the host takes nothing
// else and the source would stop at it.
#pragma once

#include <cstdlib>

#include "daemon/detect/views.hpp"
#include "plugins/common/as_abi.hpp"

namespace greentill::fuzz {

inline void require(bool holds) {
  if (!holds) std::abort();
}

inline void require_acceptable(const plugin::Transaction& from) {
  const char* wrong = "was not offered";
  plugin::as_abi(from, [&wrong](const gt_transaction& transaction) { wrong = detect::wrong_with(transaction); });
  require(wrong == nullptr);
}

}  // namespace greentill::fuzz
