// SPDX-License-Identifier: Apache-2.0
// The parts of json_line.hpp, for lines in which a transaction is one value among others. Threads: pure functions.
#pragma once

#include <array>
#include <nlohmann/json.hpp>
#include <string_view>

#include "plugins/common/limits.hpp"

namespace greentill::plugin {

// In the order of gt_kind, gt_standing and gt_reversal_reason.
inline constexpr std::array kKinds{"sale", "trip", "ticket", "bill", "charge", "takeback", "stay"};
inline constexpr std::array kStandings{"final", "training", "interim", "reprint", "doubtful"};
inline constexpr std::array kReasons{"refund", "cancelled", "correction"};

/// nlohmann keeps the last of several equal keys; here the second one is refused, and nesting beyond 8. Throws Unusable.
nlohmann::json parse_json(std::string_view text);

/// Throws Unusable, naming the field.
Transaction read_transaction(const nlohmann::json& document);

}  // namespace greentill::plugin
