// SPDX-License-Identifier: Apache-2.0
// From a receipt to a transaction, by a till's profile. Only what the patterns and words of the profile name is taken: customers,
// cashiers, cards and codes never are. Threads: pure functions.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "greentill/plugin.hpp"
#include "plugins/escpos/profile.hpp"
#include "plugins/escpos/receipt.hpp"

namespace greentill::escpos {

/// Either a transaction within the limits of the ABI, or why there is none; neither where the paper is no sale and no loss:
/// blank, a kitchen order, a report of the day.
struct Understood {
  std::optional<plugin::Transaction> transaction;
  std::string problem;  ///< without anything that was printed
};

/// `arrived` (Unix seconds) decides between two readings of the clock, and stands for a date or time that is not printed.
/// Requires: a profile with a zone.
Understood understand(const Receipt& receipt, const Profile& profile, const std::string& issuer, std::int64_t arrived);

}  // namespace greentill::escpos
