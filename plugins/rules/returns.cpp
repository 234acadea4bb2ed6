// SPDX-License-Identifier: Apache-2.0
#include "plugins/rules/returns.hpp"

#include <algorithm>
#include <vector>

#include "greentill/plugin.hpp"

namespace greentill::rules {
namespace {

// Holds the sum of 10,000 quantities of 64 bits.
__extension__ using Sum = __int128;

/// Takes from `from` as much as it has, and as is owed.
void take(std::int64_t& from, Sum& owed) {
  const Sum taken = std::min<Sum>(from, owed);
  from -= static_cast<std::int64_t>(taken);
  owed -= taken;
}

}  // namespace

bool takes_back(const gt_transaction& transaction) {
  const bool sells = transaction.kind == GT_KIND_SALE || transaction.kind == GT_KIND_TICKET || transaction.kind == GT_KIND_BILL;
  if (!sells) return false;
  if (transaction.total_minor < 0) return true;
  Sum quantity = 0;
  for (std::size_t i = 0; i < transaction.line_count; ++i) {
    quantity += plugin::element(transaction.lines, i).quantity_milli;
  }
  return transaction.line_count > 0 && quantity <= 0;
}

void settle_returns(std::span<std::int64_t> quantities) {
  if (std::none_of(quantities.begin(), quantities.end(), [](std::int64_t quantity) { return quantity < 0; })) return;
  std::vector<std::size_t> open;  // places of positive quantities that are left, the latest last
  Sum owed = 0;                   // by negative quantities that found nothing before them to take from
  for (std::size_t i = 0; i < quantities.size(); ++i) {
    std::int64_t& quantity = quantities[i];
    if (quantity > 0) take(quantity, owed);
    if (quantity > 0) open.push_back(i);
    if (quantity >= 0) continue;
    owed -= quantity;
    quantity = 0;
    // Anything owed from earlier found nothing open, so only this quantity is taken here.
    for (; owed > 0 && !open.empty(); open.pop_back()) {
      take(quantities[open.back()], owed);
      if (quantities[open.back()] > 0) break;
    }
  }
}

}  // namespace greentill::rules
