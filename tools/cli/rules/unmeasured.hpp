// SPDX-License-Identifier: Apache-2.0
// Rules held against methodologies: what is found and measured by none is not claimed. Threads: any.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "daemon/base/error.hpp"
#include "daemon/measure/library.hpp"

namespace greentill::rules {
class RuleSet;
}

namespace greentill::cli {

/// An error where the file is wrong, with line and column.
Result<rules::RuleSet> parse_rules(const std::string& text, std::string_view name);

/// What the rules find and no methodology measures, in words.
std::vector<std::string> unmeasured_of(const rules::RuleSet& set, const measure::Library& library);
/// The same of the rules of a file. An error where the file is wrong, with line and column.
Result<std::vector<std::string>> unmeasured(const std::string& rules, std::string_view name, const measure::Library& library);

}  // namespace greentill::cli
