// SPDX-License-Identifier: Apache-2.0
// One of the merchant's rules: what it looks for, and the activity it finds; docs/rules.md describes the file. Threads: immutable
// once read, safe from any thread; the facts are one thread's.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "plugins/rules/condition.hpp"

namespace greentill::rules {

/// What the rule's amount is counted by.
enum class Per : std::uint8_t { event, line, piece, kilogram, reported };

struct Quantity {
  std::string unit;
  std::int64_t value = 1;
  Per per = Per::event;
};

/// What a rule found: the line, or 0 for the whole event, and the amount in the rule's unit.
struct Match {
  std::uint64_t line = 0;
  std::int64_t amount = 0;
};

struct Rule {
  std::string id;
  std::string activity;
  std::vector<Condition> of_event;
  std::vector<Condition> of_line;
  bool asks_category = false;  // whether a condition of its lines asks for the category
  Quantity quantity;

  [[nodiscard]] bool looks_at_lines() const { return !of_line.empty(); }
  [[nodiscard]] bool holds_for_event(Facts& facts) const;
  [[nodiscard]] bool holds_for_line(Facts& facts, const LineFacts& line) const;

  /// Finds the rule's acts, in the order of the lines, and puts them into `matches`, replacing what it held. None are found in an
  /// event that takes back, in a line that another line took back, or where the amount is 0 or does not fit 64 bits.
  void find(Facts& facts, std::vector<Match>& matches) const;
  /// For each line: the thousandths that match the rule and were not taken back by another line. Empty where no line matches.
  /// Lifetime: until another rule is asked.
  [[nodiscard]] std::span<const std::int64_t> left_of_lines(Facts& facts) const;

 private:
  /// A quick look that rules out most lines.
  [[nodiscard]] bool may_hold_for_line(const LineFacts& line) const;
  void find_in_event(Facts& facts, std::vector<Match>& matches) const;
  void find_in_lines(Facts& facts, std::vector<Match>& matches) const;
};

}  // namespace greentill::rules
