// SPDX-License-Identifier: Apache-2.0
// For parsers of what tills write: what they make of any bytes must be within the limits of the ABI, since the host takes nothing
// else and the source would stop at it.
#pragma once

#include <cstdlib>

#include "daemon/detect/views.hpp"
#include "greentill/plugin.hpp"

namespace greentill::fuzz {

inline void require(bool holds) {
  if (!holds) std::abort();
}

/// As the inlet makes it for the host.
inline void require_acceptable(const plugin::Transaction& from) {
  struct Taken {
    const char* wrong = "was not offered";
  } taken;
  const gt_inlet inlet{sizeof(gt_inlet), &taken,
                       [](void* context, const gt_transaction* transaction, gt_text) -> std::int32_t {
                         static_cast<Taken*>(context)->wrong = detect::wrong_with(*transaction);
                         return GT_OK;
                       },
                       nullptr};
  require(plugin::Inlet(inlet).offer(from, ""));
  require(taken.wrong == nullptr);
}

}  // namespace greentill::fuzz
