// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>

#include "greentill/plugin.h"

namespace greentill::rules {

/// Whether a sale, ticket or bill takes back: it gives money back, or at least as much came back as went out, as when every line
/// was voided. A takeback does not count: the customer is paid for what he brings.
bool takes_back(const gt_transaction& transaction);

/// Subtracts what negative quantities give back from the nearest positive ones before them, then from those behind them; no
/// quantity stays negative. Cost: linear.
void settle_returns(std::span<std::int64_t> quantities);

}  // namespace greentill::rules
