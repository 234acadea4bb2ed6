// SPDX-License-Identifier: Apache-2.0
// Which line of a receipt is its total. Threads: pure functions.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

#include "plugins/escpos/items.hpp"
#include "plugins/escpos/profile.hpp"

namespace greentill::escpos {

struct Total {
  std::size_t line = 0;
  std::int64_t amount = 0;
};

/// The line that begins with the first of the profile's words, whatever count stands before them ("3 items total 12.50"); where
/// none does, a line of such a count and an amount alone.
std::optional<Total> find_total(const Lines& lines, const Profile& profile);

/// Whether a line could be one: such a line is no item, though another is the total.
bool is_total(const Lines& lines, std::size_t at, const Profile& profile);

}  // namespace greentill::escpos
