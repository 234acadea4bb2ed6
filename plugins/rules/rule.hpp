// SPDX-License-Identifier: Apache-2.0
// One of the merchant's rules: what it looks for, and the activity that it finds; docs/rules.md describes the file.
// Threads: immutable once read, safe from any thread; the facts are one thread's.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "plugins/rules/condition.hpp"

namespace greentill::rules {

/// What the amount is counted by.
enum class Per : std::uint8_t { event, line, piece, kilogram, reported };

struct Quantity {
  std::string unit;
  std::int64_t value = 1;
  Per per = Per::event;
};

/// Of a rule: the line it was found in, 0 for the whole event, and how much of its unit.
struct Match {
  std::uint64_t line = 0;
  std::int64_t amount = 0;
};

struct Rule {
  std::string id;
  std::string activity;
  std::vector<Condition> of_event;
  std::vector<Condition> of_line;
  bool asks_category = false;  // of its lines
  Quantity quantity;

  [[nodiscard]] bool looks_at_lines() const { return !of_line.empty(); }
  [[nodiscard]] bool holds_for_event(Facts& facts) const;
  [[nodiscard]] bool holds_for_line(Facts& facts, const LineFacts& line) const;

  /// What it finds in the transaction, in the order of its lines; nothing in an event that takes back, in a line that another
  /// took back, or where the amount is none or does not fit 64 bits. Replaces what was in `matches`.
  void find(Facts& facts, std::vector<Match>& matches) const;
  /// Of each line, the thousandths that match and were not taken back by another.
  [[nodiscard]] std::vector<std::int64_t> left_of_lines(Facts& facts) const;

 private:
  /// What tells most lines apart without a look at them.
  [[nodiscard]] bool may_hold_for_line(const LineFacts& line) const;
  void find_in_event(Facts& facts, std::vector<Match>& matches) const;
  void find_in_lines(Facts& facts, std::vector<Match>& matches) const;
};

}  // namespace greentill::rules
