// SPDX-License-Identifier: Apache-2.0
// What was claimed for a transaction, as JSON, with the line of text for the receipt. Private to daemon/api.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>

#include "daemon/api/desk.hpp"

namespace greentill::api {

/// Milligrams as grams for people, rounded down: whole grams from 10 g on, below that with at most one decimal.
[[nodiscard]] std::string grams_text(std::int64_t mg);

/// "Shared bike: 120 g CO2e spared"; empty where nothing to speak of was spared. At most 48 bytes, ASCII.
[[nodiscard]] std::string receipt_line(std::string_view activity, std::int64_t credited_mg);

/// The template with "{secret}" and "{claim}" filled in; empty where it needs a secret and there is none.
[[nodiscard]] std::string claim_link(std::string_view pattern, const event::ClaimedAct& act);

[[nodiscard]] nlohmann::ordered_json to_json(const event::TransactionAnswer& answer, std::string_view issuer,
                                             std::string_view event_id, std::string_view link_pattern);

/// The answer to an undo as JSON. It names no transaction, since an undo takes back a claim by its seq.
[[nodiscard]] nlohmann::ordered_json undo_to_json(const event::TransactionAnswer& answer);

}  // namespace greentill::api
