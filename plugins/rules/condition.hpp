// SPDX-License-Identifier: Apache-2.0
// One condition of a rule: of the whole event, or of one of its lines. docs/rules.md says what each means.
// Threads: immutable once read, safe from any thread; what it is asked about is one thread's.
#pragma once

#include <cstdint>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/event/transaction.hpp"
#include "plugins/rules/facts.hpp"
#include "plugins/rules/phrase.hpp"

namespace greentill::rules {

enum class Key : std::uint8_t {
  kind,
  tender,
  receipt_medium,
  attribute,
  fields_say,
  total_minor,
  // Conditions on a line that say what the article is.
  sku,
  gtin,
  category,
  name_is,
  name_contains,
  name_words,
  name_says,
  category_says,
  // Conditions on a line that say which lines with such an article count.
  name_excludes,
  amount_minor,
  quantity_milli,
};
/// The key as rule files write it; "attributes" for an attribute.
std::string_view key_name(Key key);

/// The name of a gt_kind.
inline std::string_view kind_name(std::uint32_t kind) {
  return kind < event::kKindNames.size() ? event::kKindNames[kind] : "unknown";
}

struct Wanted {
  std::string written;
  std::string compared;  // by the key: folded, its words, or as written
};

struct Range {
  std::int64_t min = std::numeric_limits<std::int64_t>::min();
  std::int64_t max = std::numeric_limits<std::int64_t>::max();
};

struct Condition {
  Key key = Key::kind;
  std::string attribute;                   // for an attribute: its name, folded
  std::vector<Wanted> wanted;              // one of these must be met; sorted by `compared` where equality is asked for
  Range range;                             // for numbers, in place of texts
  std::uint32_t kinds = 0;                 // for the kind: a bit for each gt_kind that `wanted` names
  std::size_t list = 0;                    // for name_words and name_excludes: the list in the index
  std::shared_ptr<const Phrases> phrases;  // for fields_say, name_says and category_says; `wanted` has the phrases as written

  [[nodiscard]] bool is_of_lines() const { return key >= Key::sku; }
  /// Whether the condition says what an article is, rather than which lines with it count.
  [[nodiscard]] bool names_article() const { return is_of_lines() && key <= Key::category_says; }
  [[nodiscard]] bool is_range() const;
  [[nodiscard]] bool is_of_phrases() const { return phrases != nullptr; }

  [[nodiscard]] bool holds(Facts& facts) const;
  /// Whether the condition holds for a line. For a line that takes others back, amounts and quantities are not looked at: they
  /// say how it was returned, not how it was bought.
  [[nodiscard]] bool holds(Facts& facts, const LineFacts& line) const;

  /// For phrases: whether the field with this index says one of them.
  [[nodiscard]] bool is_said(Facts& facts, std::size_t field) const;
};

}  // namespace greentill::rules
