// SPDX-License-Identifier: Apache-2.0
// Keys and certificates, as the daemon's configuration names them. Threads: one.
#pragma once

#include "daemon/app/config.hpp"
#include "daemon/base/ports.hpp"
#include "tools/cli/config/daemon_user.hpp"
#include "tools/common/config_findings.hpp"

namespace greentill::cli {

/// Adds what is wrong with the device's key and certificate, its settings, and who may vouch for the broker and sign
/// receipts. What this user may not read is told as not looked at.
void check_identity(const app::Config& config, const DaemonUser& user, const Clock& clock, tools::Findings& into);

}  // namespace greentill::cli
