// SPDX-License-Identifier: Apache-2.0
#include "plugins/rules/rule.hpp"

#include <algorithm>
#include <limits>

#include "plugins/rules/returns.hpp"

namespace greentill::rules {
namespace {

__extension__ using Wide = __int128;

std::int64_t none_beyond_64_bits(Wide amount) {
  return amount > std::numeric_limits<std::int64_t>::max() ? 0 : static_cast<std::int64_t>(amount);
}

/// The amount of a line with so many thousandths. 1.5 kg is no number of pieces, so it gives none; and less than one whole piece
/// does not count as a line.
std::int64_t amount_of_line(const Quantity& quantity, std::int64_t thousandths, std::string_view unit) {
  // Where the till does not say what it counts, the rule's author knows.
  if (quantity.per == Per::kilogram && !unit.empty() && unit != "kg") return 0;
  if (quantity.per == Per::piece && !unit.empty() && unit != "pieces") return 0;
  if (quantity.per == Per::kilogram) return none_beyond_64_bits(Wide{thousandths} * quantity.value / 1000);
  if (thousandths < 1000) return 0;
  if (quantity.per != Per::piece) return quantity.value;
  return thousandths % 1000 == 0 ? none_beyond_64_bits(Wide{thousandths / 1000} * quantity.value) : 0;
}

std::int64_t amount_of_event(const Quantity& quantity, const gt_transaction& transaction) {
  if (quantity.per == Per::event) return quantity.value;
  for (std::size_t i = 0; i < transaction.quantity_count; ++i) {
    const gt_quantity& given = plugin::element(transaction.quantities, i);
    if (plugin::view(given.unit) == quantity.unit) return none_beyond_64_bits(Wide{given.value} * quantity.value);
  }
  return 0;
}

}  // namespace

bool Rule::holds_for_event(Facts& facts) const {
  return std::all_of(of_event.begin(), of_event.end(), [&](const Condition& condition) { return condition.holds(facts); });
}

bool Rule::may_hold_for_line(const LineFacts& line) const {
  if (asks_category && line.category.empty()) return false;
  return of_line.back().key != Key::name_says || of_line.back().phrases->may_hold(line.lists);
}

bool Rule::holds_for_line(Facts& facts, const LineFacts& line) const {
  return std::all_of(of_line.begin(), of_line.end(), [&](const Condition& condition) { return condition.holds(facts, line); });
}

void Rule::find(Facts& facts, std::vector<Match>& matches) const {
  matches.clear();
  if (!holds_for_event(facts)) return;
  if (looks_at_lines()) return find_in_lines(facts, matches);
  find_in_event(facts, matches);
}

void Rule::find_in_event(Facts& facts, std::vector<Match>& matches) const {
  if (takes_back(facts.transaction())) return;
  const std::int64_t amount = amount_of_event(quantity, facts.transaction());
  if (amount > 0) matches.push_back({0, amount});
}

std::span<const std::int64_t> Rule::left_of_lines(Facts& facts) const {
  const std::span<const LineFacts> lines = facts.lines();
  std::vector<std::int64_t>& left = facts.left();
  for (std::size_t i = 0; i < lines.size(); ++i) {
    if (!may_hold_for_line(lines[i]) || !holds_for_line(facts, lines[i])) continue;
    left.resize(lines.size());
    left[i] = lines[i].line->quantity_milli;
  }
  settle_returns(left);
  return left;
}

void Rule::find_in_lines(Facts& facts, std::vector<Match>& matches) const {
  const std::span<const std::int64_t> left = left_of_lines(facts);
  for (std::size_t i = 0; i < left.size(); ++i) {
    if (left[i] <= 0) continue;
    const std::int64_t amount = amount_of_line(quantity, left[i], plugin::view(facts.lines()[i].line->unit));
    if (amount <= 0) continue;
    const bool whole_event = quantity.per == Per::event;
    matches.push_back({whole_event ? 0 : i + 1, amount});
    if (whole_event) return;
  }
}

}  // namespace greentill::rules
