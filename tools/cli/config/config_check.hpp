// SPDX-License-Identifier: Apache-2.0
// greentill config check: the daemon's configuration, read by the daemon's own reader. docs/cli.md is the manual.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "daemon/app/config.hpp"
#include "tools/cli/common/output.hpp"

namespace greentill::cli {

/// Reads the file, then checks that everything it names exists. All problems are told, except that a file which cannot be read as
/// a configuration tells only its first. Nothing is opened for writing, and no network is used.
ExitCode check_config(const std::filesystem::path& file, const Output& output);

/// The problems of what the configuration names; empty where there are none.
[[nodiscard]] std::vector<std::string> find_problems(const app::Config& config);

}  // namespace greentill::cli
