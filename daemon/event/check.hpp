// SPDX-License-Identifier: Apache-2.0
// The reasons for which a transaction is not taken. They are the same for every door: a field is named as in JSON
// ("lines[2].gtin") whether or not the transaction came as JSON. Threads: pure functions.
#pragma once

#include <optional>
#include <string>

#include "daemon/base/error.hpp"
#include "daemon/event/transaction.hpp"
#include "greentill/plugin.h"

namespace greentill::event {

/// Why a transaction was refused.
struct Refusal {
  bool syntax = false;   ///< whether it is not JSON at all; else it is JSON and no valid transaction
  std::string field;     ///< "lines[2].gtin"; empty where it is about the whole transaction
  std::string detail;    ///< "must be at most 32 bytes long"
  std::size_t line = 0;  ///< where the JSON syntax breaks: the line of the text, from 1; else 0
};

/// One sentence for people: "lines[2].gtin: must be a text".
[[nodiscard]] std::string to_string(const Refusal& refusal);

/// The first field beyond its own limits. For the ABI's structs also: whether they can be read at all. A currency, a receipt
/// medium or a line's unit that is not known is no reason there, since copy() leaves it empty. Requires, for our own struct:
/// texts are UTF-8, as every reader of ours hands them out.
[[nodiscard]] std::optional<Refusal> beyond_limits(const gt_transaction& transaction);
[[nodiscard]] std::optional<Refusal> beyond_limits(const Transaction& transaction);
[[nodiscard]] std::optional<Refusal> beyond_limits(const gt_activity& activity);
[[nodiscard]] std::optional<Refusal> beyond_limits(const Activity& activity);

/// The first field that contradicts others or the world, though each is within its limits: end before begin, a reversal of
/// itself.
[[nodiscard]] std::optional<Refusal> contradiction(const gt_transaction& transaction);
[[nodiscard]] std::optional<Refusal> contradiction(const Transaction& transaction);

/// beyond_limits() and contradiction(); invalid with the reason.
[[nodiscard]] Status check_transaction(const Transaction& transaction);

}  // namespace greentill::event
