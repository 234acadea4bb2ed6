// SPDX-License-Identifier: Apache-2.0
// One of the merchant's rules: what it looks for, and the activity that it finds; docs/plugins.md describes the file.
// Threads: immutable after reading, safe from any thread.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_set>
#include <utility>
#include <vector>

#include "greentill/plugin.hpp"
#include "plugins/common/toml.hpp"

namespace greentill::rules {

class Rule {
 public:
  /// Throws std::runtime_error with line and column.
  static Rule read(const plugin::Toml& toml);

  /// Emits the activity for the event unless it is a refund, or for every line that matches and was not taken back by another.
  void apply(const gt_transaction& transaction, const plugin::Emitter& emit) const;
  [[nodiscard]] const std::string& id() const { return id_; }

 private:
  /// Texts to be equal to one of; everything where there are none.
  using Choices = std::unordered_set<std::string>;
  enum class Per { event, line, piece };

  void read_conditions(const plugin::Toml& toml);
  void read_quantity(const plugin::Toml& toml);
  [[nodiscard]] bool looks_at_lines() const;
  [[nodiscard]] bool matches_event(const gt_transaction& transaction) const;
  [[nodiscard]] bool matches_attributes(const gt_transaction& transaction) const;
  [[nodiscard]] bool matches_line(const gt_line& line) const;
  [[nodiscard]] std::int64_t amount(std::int64_t quantity_milli) const;

  std::string id_;
  std::string activity_;
  Choices kinds_, tenders_, receipt_media_;
  Choices skus_, gtins_, categories_;    // categories folded
  std::vector<std::string> name_parts_;  // folded
  std::vector<std::pair<std::string, Choices>> attributes_;
  std::string unit_;
  std::int64_t value_ = 0;
  Per per_ = Per::event;
};

/// All rules of a document ([[rule]]). No two have the same id.
std::vector<Rule> read_rules(std::string_view text);

}  // namespace greentill::rules
