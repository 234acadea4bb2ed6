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

/// When a receipt was printed, by its job.
struct Arrival {
  Arrival(std::int64_t unix_seconds, bool certain = false) : at(unix_seconds), is_certain(certain) {}
  std::int64_t at;
  bool is_certain;  ///< the relay wrote it down; else it is when the file was written, and may be long after
};

/// `arrived` decides between two readings of the clock and of the date's numbers, and stands for a date or time that is not
/// printed. A date that is days from a certain one is doubtful, as is one whose order of day and month nothing tells.
/// Requires: a profile with a zone.
Understood understand(const Receipt& receipt, const Profile& profile, const std::string& issuer, Arrival arrived);

}  // namespace greentill::escpos
