// SPDX-License-Identifier: Apache-2.0
// greentill config check: the daemon's configuration, read by the daemon's own reader, and held against the world. docs/cli.md is
// the manual.
#pragma once

#include <filesystem>

#include "daemon/app/config.hpp"
#include "daemon/base/ports.hpp"
#include "tools/cli/common/output.hpp"
#include "tools/cli/config/daemon_user.hpp"
#include "tools/common/config_findings.hpp"

namespace greentill::cli {

/// Reads the file, then looks at everything that it names. All that is wrong is told. Nothing is opened for writing, and no
/// network is used.
ExitCode check_config(const std::filesystem::path& file, const Output& output);

/// What is to be said of what the configuration names.
[[nodiscard]] tools::Findings examine(const app::Config& config, const app::Installation& installation, const Clock& clock);
/// Of that all but the clock and the identity: the state's folder, methodologies, detectors and sources.
void check_rest(const app::Config& config, const app::Installation& installation, const DaemonUser& user, tools::Findings& into);

}  // namespace greentill::cli
