// SPDX-License-Identifier: Apache-2.0
// A line of a receipt, read: numbers exactly, names without the spaces that fill their columns. Threads: pure functions.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "greentill/plugin.hpp"
#include "plugins/poslog/receipt.hpp"

namespace greentill::poslog {

/// Digits without the zeros before them: "0161" and "161" are the same number of a till. Any other text is left as it is.
std::string_view plain_number(std::string_view text);

/// The GTIN that a scanned number is, in the shortest of its forms of 8, 12, 13 or 14 digits: tills fill numbers up with zeros.
/// Empty where it is none: fewer than 8 digits without those zeros (a PLU), or a wrong check digit.
std::string gtin_of(std::string_view scanned);

/// A till's own number of an article. One of 13 digits or more with zeros before it was filled up, and is given without them.
std::string sku_of(std::string_view item_id);

struct Article {
  plugin::Transaction::Line line;
  const Line* from = nullptr;
  bool is_return = false;
  bool is_negative = false;  ///< less than nothing of it; of an unknown unit the line itself has no quantity
  bool gives_money = false;  ///< an amount below 0; of unknown decimals the line itself has none
};

/// A receipt's articles, voided ones taken out. `minor`: decimal places of the amounts; nothing where they are not known.
/// `with_return_link`: the receipt says that it takes something back, so that what it sells less than nothing of is that. Throws
/// plugin::Unusable naming the line.
///
/// A void is written in two ways. As a further line with less than nothing of the article, or with a reference to the line that
/// it voids: that one stays, and the two make none of it. Or as a flag on the line itself: that is left out, since it never came
/// to be sold.
std::vector<Article> read_articles(const Receipt& receipt, std::optional<unsigned> minor, bool with_return_link);

/// An amount in minor units, 0 where it needs decimal places that are not known; nothing where the text is none.
std::optional<std::int64_t> minor_units(const std::string& text, std::optional<unsigned> minor);

}  // namespace greentill::poslog
