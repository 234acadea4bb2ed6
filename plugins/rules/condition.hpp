// SPDX-License-Identifier: Apache-2.0
// One condition of a rule: of the whole event, or of one of its lines. docs/rules.md says what each means.
// Threads: immutable once read, safe from any thread; what it is asked about is one thread's.
#pragma once

#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/event/transaction.hpp"
#include "plugins/rules/facts.hpp"

namespace greentill::rules {

enum class Key : std::uint8_t {
  kind,
  tender,
  receipt_medium,
  attribute,
  total_minor,
  // Of lines, what an article is.
  sku,
  gtin,
  category,
  name_is,
  name_contains,
  name_words,
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
  std::size_t list = 0;        // of name_words and name_excludes: in the index

  [[nodiscard]] bool is_of_lines() const { return key >= Key::sku; }
  /// Whether it says what an article is, rather than which of them count.
  [[nodiscard]] bool names_article() const { return is_of_lines() && key <= Key::name_words; }
  [[nodiscard]] bool is_range() const;

  [[nodiscard]] bool holds(Facts& facts) const;
  /// What takes lines back does so whatever it cost and however many it were: how it came to be bought is the other line's
  /// affair.
  [[nodiscard]] bool holds(const LineFacts& line) const;
};

}  // namespace greentill::rules
