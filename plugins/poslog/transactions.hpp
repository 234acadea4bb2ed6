// SPDX-License-Identifier: Apache-2.0
// What a receipt of a POSLog means: docs/poslog.md. Threads: pure functions.
#pragma once

#include <vector>

#include "greentill/plugin.hpp"
#include "plugins/poslog/receipt.hpp"
#include "plugins/poslog/settings.hpp"

namespace greentill::poslog {

/// The sale of a receipt, if it is one, and what it takes back: a reversal for each sale that it names, and a doubtful record for
/// what it does not say the sale of. Empty where nothing was sold: cancelled, voided before it was paid, no retail transaction.
/// Throws plugin::Unusable where it cannot be read.
std::vector<plugin::Transaction> transactions_of(const Receipt& receipt, const Settings& settings);

}  // namespace greentill::poslog
