// SPDX-License-Identifier: Apache-2.0
// Whether a source can read the file that it is to follow, by a dry run of the file's first rows. Threads: one.
#pragma once

#include <filesystem>
#include <string>

#include "daemon/app/config.hpp"
#include "tools/common/config_findings.hpp"

namespace greentill::cli {

/// Adds what the source says of the file's head, in a child as the daemon runs it: a column that the mapping names and the file
/// lacks; and a warning where it refuses every row. `where` names the source.
void check_sample(const app::Config& config, const detect::PluginSpec& spec, const std::filesystem::path& file,
                  const std::string& where, tools::Findings& into);

}  // namespace greentill::cli
