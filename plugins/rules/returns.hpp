// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>

#include "greentill/plugin.h"

namespace greentill::rules {

/// A sale, ticket or bill that gives money back, or a sale whose every line was voided: more came back than went out. What a
/// customer brings back (a takeback) is paid for, and is none.
bool takes_back(const gt_transaction& transaction);

/// Takes what negative quantities give back from the nearest positive ones before them, then from those behind. Leaves none
/// negative. Cost: linear.
void settle_returns(std::span<std::int64_t> quantities);

}  // namespace greentill::rules
