// SPDX-License-Identifier: Apache-2.0
// Rules put to transactions without a daemon: what they would find, and why. Nothing is claimed.
#pragma once

#include <filesystem>
#include <istream>
#include <string>
#include <vector>

#include "daemon/base/error.hpp"
#include "daemon/measure/library.hpp"
#include "tools/cli/output.hpp"

namespace greentill::cli {

struct TryRulesOptions {
  std::filesystem::path rules;
  std::string transactions;             ///< for messages
  std::filesystem::path methodologies;  ///< empty: what an activity is worth is not looked at
  bool explain = false;                 ///< also tells what each other rule lacked
};
ExitCode try_rules(const TryRulesOptions& options, std::istream& transactions, const Output& output);

/// What the rules of a file find and no methodology measures, in words. An error where the file is wrong, with line and column.
Result<std::vector<std::string>> unmeasured(const std::string& rules, std::string_view name, const measure::Library& library);

}  // namespace greentill::cli
