// SPDX-License-Identifier: Apache-2.0
// What a command lists: a table for people, and with --json one document {name: [...]}. Threads: one.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "tools/common/table.hpp"
#include "tools/credit-service/cli/holdings.hpp"
#include "tools/credit-service/cli/output.hpp"

namespace greentill::credit {

class Listing {
 public:
  using Align = tools::Table::Align;

  Listing(std::string name, std::vector<tools::Table::Column> columns) : name_(std::move(name)), table_(std::move(columns)) {}
  void add(Json json, const std::vector<std::string>& cells) {
    list_.push_back(std::move(json));
    table_.add(cells);
  }
  /// `none`: what is said where nothing is listed. `behind`: what is said behind the table where something is.
  [[nodiscard]] Outcome outcome(const std::string& none, const std::string& behind = {}) const {
    return {{{name_, list_}}, table_.empty() ? none : table_.text() + behind};
  }
  /// As outcome(), of a list that ends where `count` is kMostListed: with the option by which one goes on behind the last.
  [[nodiscard]] Outcome page(const std::string& none, std::size_t count, const std::string& option,
                             const std::string& last) const {
    return outcome(none, count == kMostListed ? "more behind " + option + ' ' + last + '\n' : std::string());
  }
  void answer(const Output& output, const std::string& none, const std::string& behind = {}) const {
    const Outcome told = outcome(none, behind);
    output.answer(told.json, told.text);
  }

 private:
  std::string name_;
  Json list_ = Json::array();
  tools::Table table_;
};

}  // namespace greentill::credit
