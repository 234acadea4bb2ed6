// SPDX-License-Identifier: Apache-2.0
// Applies rules to transactions without a daemon: what they find, and why. Nothing is claimed.
#pragma once

#include <filesystem>
#include <istream>
#include <string>

#include "tools/cli/common/output.hpp"

namespace greentill::cli {

struct TryRulesOptions {
  std::filesystem::path rules;
  std::string transactions;             ///< for messages
  std::filesystem::path methodologies;  ///< empty: activities are not checked against methodologies
  bool explain = false;                 ///< also tell, for every other rule, what it lacked
};
ExitCode try_rules(const TryRulesOptions& options, std::istream& transactions, const Output& output);

}  // namespace greentill::cli
