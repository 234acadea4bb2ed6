// SPDX-License-Identifier: Apache-2.0
// Compares rules with methodologies: an act that no methodology measures is never claimed. Threads: any.
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

/// Reads a rule file; the error names line and column.
Result<rules::RuleSet> parse_rules(const std::string& text, std::string_view name);

/// Sentences about the activities that the rules find and no methodology measures.
std::vector<std::string> unmeasured_of(const rules::RuleSet& set, const measure::Library& library);
/// The same for a file's text; the error names line and column.
Result<std::vector<std::string>> unmeasured(const std::string& rules, std::string_view name, const measure::Library& library);

}  // namespace greentill::cli
