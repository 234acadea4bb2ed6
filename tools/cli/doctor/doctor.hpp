// SPDX-License-Identifier: Apache-2.0
// greentill doctor: finds what keeps claims from arriving, the root cause first. docs/doctor.md is the manual. Threads: one.
#pragma once

#include <filesystem>
#include <string>

#include "tools/cli/client/endpoint.hpp"
#include "tools/cli/common/output.hpp"

namespace greentill::doctor {

struct DoctorOptions {
  cli::EndpointOptions endpoint;
  std::filesystem::path config;  ///< the daemon's
  std::string collect;           ///< the file to send home; empty: none is made
  unsigned patience_s = 10;      ///< for each thing that is waited for
};

/// Looks at everything, answers, and returns the exit code: docs/doctor.md, "Exit codes". Nothing but the file to send home is
/// changed.
cli::ExitCode run_doctor(const DoctorOptions& options, const cli::Output& output);

}  // namespace greentill::doctor
