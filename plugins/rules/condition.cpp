// SPDX-License-Identifier: Apache-2.0
#include "plugins/rules/condition.hpp"

#include <algorithm>
#include <array>

namespace greentill::rules {
namespace {

constexpr std::array<std::string_view, 17> kKeyNames{
    "kind",      "tender",        "receipt_medium", "attributes",   "fields_say",    "total_minor",
    "sku",       "gtin",          "category",       "name_is",      "name_contains", "name_words",
    "name_says", "category_says", "name_excludes",  "amount_minor", "quantity_milli"};

bool has(const std::vector<Wanted>& wanted, std::string_view text) {
  const auto found = std::lower_bound(wanted.begin(), wanted.end(), text,
                                      [](const Wanted& one, std::string_view other) { return one.compared < other; });
  return found != wanted.end() && found->compared == text;
}

bool has_part(const std::vector<Wanted>& wanted, std::string_view text) {
  return std::any_of(wanted.begin(), wanted.end(),
                     [text](const Wanted& one) { return text.find(one.compared) != std::string_view::npos; });
}

bool has_list(const LineFacts& line, std::size_t list) { return (line.lists[list / 64] >> list % 64 & 1) != 0; }

bool within(const Range& range, std::int64_t value) { return value >= range.min && value <= range.max; }

}  // namespace

std::string_view key_name(Key key) { return kKeyNames[static_cast<std::size_t>(key)]; }

bool Condition::is_range() const { return key == Key::total_minor || key == Key::amount_minor || key == Key::quantity_milli; }

bool Condition::holds(Facts& facts) const {
  const gt_transaction& transaction = facts.transaction();
  switch (key) {
    case Key::kind: return transaction.kind < event::kKindNames.size() && (kinds >> transaction.kind & 1) != 0;
    case Key::tender: return has(wanted, facts.tender());
    case Key::receipt_medium: return has(wanted, plugin::view(transaction.receipt_medium));
    case Key::total_minor: return within(range, transaction.total_minor);
    case Key::fields_say: {
      for (std::size_t i = 0; i < facts.fields().size(); ++i) {
        if (is_said(facts, i)) return true;
      }
      return false;
    }
    default: break;
  }
  const auto attributes = facts.attributes();
  return std::any_of(attributes.begin(), attributes.end(),
                     [this](const AttributeFacts& given) { return given.name == attribute && has(wanted, given.value); });
}

bool Condition::holds(Facts& facts, const LineFacts& line) const {
  switch (key) {
    case Key::sku: return has(wanted, plugin::view(line.line->sku));
    case Key::gtin: return has(wanted, plugin::view(line.line->gtin));
    case Key::category: return has(wanted, line.category);
    case Key::name_is: return has(wanted, line.name_words);
    case Key::name_contains: return has_part(wanted, line.name);
    case Key::name_words: return has_list(line, list);
    case Key::name_says: return phrases->may_hold(line.lists) && phrases->hold(line.lists, facts.name_reading(line));
    case Key::category_says: return !line.category.empty() && facts.category_says(line, *phrases);
    case Key::name_excludes: return !has_list(line, list);
    case Key::amount_minor: return line.takes_back() || within(range, line.line->amount_minor);
    default: return line.takes_back() || within(range, line.line->quantity_milli);
  }
}

bool Condition::is_said(Facts& facts, std::size_t field) const {
  const std::span<const std::uint64_t> lists = facts.fields()[field].lists;
  return phrases->may_hold(lists) && phrases->hold(lists, facts.field_reading(field));
}

}  // namespace greentill::rules
