// SPDX-License-Identifier: Apache-2.0
// What keeps a transaction from being taken. The same everywhere: a field is named as JSON has it ("lines[2].gtin"), whether the
// transaction came as JSON or not. Threads: pure functions.
#pragma once

#include <optional>
#include <string>

#include "daemon/base/error.hpp"
#include "daemon/event/transaction.hpp"
#include "greentill/plugin.h"

namespace greentill::event {

/// Why a transaction was refused.
struct Refusal {
  bool syntax = false;   ///< not JSON at all; else a transaction that is none
  std::string field;     ///< "lines[2].gtin"; empty where it is the whole
  std::string detail;    ///< "must be at most 32 bytes long"
  std::size_t line = 0;  ///< of the text where the syntax breaks, from 1; 0 for anything else
};

/// One sentence for people: "lines[2].gtin: must be a text".
[[nodiscard]] std::string to_string(const Refusal& refusal);

/// The limits of each field, and what end and reverses say beside the others. Of the ABI's structs also whether they can be read
/// at all; a currency and a receipt medium are no reason, since copy() leaves out one that is not known.
/// Requires of ours: texts in UTF-8, as every reader of ours hands them out.
[[nodiscard]] std::optional<Refusal> beyond_limits(const gt_transaction& transaction);
[[nodiscard]] std::optional<Refusal> beyond_limits(const Transaction& transaction);
[[nodiscard]] std::optional<Refusal> beyond_limits(const gt_activity& activity);
[[nodiscard]] std::optional<Refusal> beyond_limits(const Activity& activity);

/// What the fields say of one another and of the world, each within its limits.
[[nodiscard]] std::optional<Refusal> contradiction(const gt_transaction& transaction);
[[nodiscard]] std::optional<Refusal> contradiction(const Transaction& transaction);

/// Both.
[[nodiscard]] Status check_transaction(const Transaction& transaction);

}  // namespace greentill::event
