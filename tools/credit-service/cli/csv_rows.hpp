// SPDX-License-Identifier: Apache-2.0
// Files of many things to add (RFC 4180). Threads: pure functions.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "daemon/base/error.hpp"

namespace greentill::credit {

/// One to add: a field for each column or option.
struct Row {
  std::size_t line = 0;  ///< 0: of the command line
  std::map<std::string, std::string> fields;
  [[nodiscard]] std::string operator[](const std::string& name) const {
    const auto found = fields.find(name);
    return found == fields.end() ? "" : found->second;
  }
};

/// The rows of a file, at least one, whose first row names exactly these columns, or those and all the others, in any order.
/// invalid, with file and row, where it is another.
Result<std::vector<Row>> read_rows(const std::string& file, const std::vector<std::string>& columns,
                                   const std::vector<std::string>& others = {});

}  // namespace greentill::credit
