// SPDX-License-Identifier: Apache-2.0
// greentill config check: the daemon's configuration, read by the daemon's own reader. docs/cli.md is the manual.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "daemon/app/config.hpp"
#include "tools/cli/common/output.hpp"

namespace greentill::cli {

/// Reads the file, then looks whether everything it names is there. Every problem is told, except that a text which cannot be
/// read tells its first alone. Nothing is opened for writing, no network used.
ExitCode check_config(const std::filesystem::path& file, const Output& output);

/// What is wrong with what the configuration names; empty where nothing is.
[[nodiscard]] std::vector<std::string> find_problems(const app::Config& config);

}  // namespace greentill::cli
