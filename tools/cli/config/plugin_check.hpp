// SPDX-License-Identifier: Apache-2.0
// Detectors and sources as the daemon's configuration describes them: each plugin of ours is asked itself what it makes of its
// configuration. Nothing of a source is started, and no file of its is moved. Threads: one.
#pragma once

#include <filesystem>

#include "daemon/app/config.hpp"
#include "daemon/measure/library.hpp"
#include "tools/cli/config/daemon_user.hpp"
#include "tools/common/config_findings.hpp"

namespace greentill::cli {

/// `ours`: the folder of the plugins that came with this program; others are foreign code, which only the daemon's children load,
/// and are not looked at. `library` may be null.
void check_plugins(const app::Config& config, const std::filesystem::path& ours, const measure::Library* library,
                   const DaemonUser& user, tools::Findings& into);

}  // namespace greentill::cli
