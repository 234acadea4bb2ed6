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
  // Of lines, what an article is.
  sku,
  gtin,
  category,
  name_is,
  name_contains,
  name_words,
  name_says,
  category_says,
  // Of lines, which of these articles count.
  name_excludes,
  amount_minor,
  quantity_milli,
};
/// As the file has it; "attributes" for an attribute.
std::string_view key_name(Key key);

/// Of a gt_kind.
inline std::string_view kind_name(std::uint32_t kind) {
  return kind < event::kKindNames.size() ? event::kKindNames[kind] : "unknown";
}

struct Wanted {
  std::string written;
  std::string compared;  // folded, its words, or as written, by the key
};

struct Range {
  std::int64_t min = std::numeric_limits<std::int64_t>::min();
  std::int64_t max = std::numeric_limits<std::int64_t>::max();
};

struct Condition {
  Key key = Key::kind;
  std::string attribute;       // of an attribute: its name, folded
  std::vector<Wanted> wanted;  // one of which must be met; by `compared` in ascending order where equality is asked for
  Range range;                 // in place of texts
  std::uint32_t kinds = 0;     // of the kind: a bit for each gt_kind that `wanted` names
  std::size_t list = 0;        // of name_words and name_excludes: in the index
  std::shared_ptr<const Phrases> phrases;  // of fields_say, name_says and category_says; `wanted` has them as written

  [[nodiscard]] bool is_of_lines() const { return key >= Key::sku; }
  /// Whether it says what an article is, rather than which of them count.
  [[nodiscard]] bool names_article() const { return is_of_lines() && key <= Key::category_says; }
  [[nodiscard]] bool is_range() const;
  [[nodiscard]] bool is_of_phrases() const { return phrases != nullptr; }

  [[nodiscard]] bool holds(Facts& facts) const;
  /// What takes lines back does so whatever it cost and however many it were: how it came to be bought is the other line's
  /// affair.
  [[nodiscard]] bool holds(Facts& facts, const LineFacts& line) const;

  /// Of phrases, whether a field says one, from 0.
  [[nodiscard]] bool is_said(Facts& facts, std::size_t field) const;
};

}  // namespace greentill::rules
