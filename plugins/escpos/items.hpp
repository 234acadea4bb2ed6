// SPDX-License-Identifier: Apache-2.0
// The items of a receipt: which lines they are on, and what each says. Threads: pure functions.
#pragma once

#include <string>
#include <vector>

#include "greentill/plugin.hpp"
#include "plugins/escpos/profile.hpp"

namespace greentill::escpos {

/// A receipt's lines in the forms that they are compared in.
struct Lines {
  std::vector<PlainLine> plain;
  std::vector<ItemWords> words;
  std::vector<std::optional<std::int64_t>> amounts;  ///< the last one on each line
  std::vector<bool> priced;  ///< an amount is there that is no plain number: it has decimals, a sign or a currency
};
Lines prepare(const std::vector<std::string>& texts, const Numbers& numbers);

struct FoundItems {
  std::vector<plugin::Transaction::Line> lines;
  std::vector<bool> used;       ///< of each line of the receipt: an item, or a part of one
  std::vector<std::size_t> at;  ///< of each of `lines`, on which line of the receipt
};
/// Those above line `end`. Where a currency has no decimals, "Refund No 12" is a heading, and no item at 12.
FoundItems find_items(const Lines& lines, std::size_t end, const Profile& profile);

}  // namespace greentill::escpos
