// SPDX-License-Identifier: Apache-2.0
// Rules put to transactions without a daemon: what they would find, and why. Nothing is claimed.
#pragma once

#include <filesystem>
#include <istream>
#include <string>

#include "tools/cli/common/output.hpp"

namespace greentill::cli {

struct TryRulesOptions {
  std::filesystem::path rules;
  std::string transactions;             ///< for messages
  std::filesystem::path methodologies;  ///< empty: what an activity is worth is not looked at
  bool explain = false;                 ///< also tells what each other rule lacked
};
ExitCode try_rules(const TryRulesOptions& options, std::istream& transactions, const Output& output);

}  // namespace greentill::cli
