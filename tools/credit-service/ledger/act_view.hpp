// SPDX-License-Identifier: Apache-2.0
// Stored claims and reversals as the rules for acts see them. Private to ledger/. Threads: pure functions.
#pragma once

#include <optional>

#include "tools/credit-service/ledger/acts.hpp"
#include "tools/credit-service/ledger/things.hpp"

namespace greentill::credit {

/// Refused as one that stands behind the holder.
[[nodiscard]] bool is_behind(const Decision& decision);
/// Out of its act, for another cause than a correction.
[[nodiscard]] bool is_gone(const Decision& decision);

/// Whether a reduction is kept with another act as well, which it did not join, and whether that one decides it.
struct Apart {
  bool apart = false;
  bool elsewhere = false;
};

/// Requires: a reduction. It points into the claim, which points into its payload.
[[nodiscard]] Told told_of(std::int64_t id, const claim::Claim& claim, const Decision& decision, const Apart& apart);
/// Likewise of a reversal; nothing where it does not apply. `entitled`: as of ActReversal.
[[nodiscard]] std::optional<Takes> takes_of(std::int64_t id, const claim::Claim& claim, const Decision& decision,
                                            const std::string& merchant, const std::string& entitled);

}  // namespace greentill::credit
