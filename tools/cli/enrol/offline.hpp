// SPDX-License-Identifier: Apache-2.0
// greentill enrol without a network: the request goes out, the answer comes in. Private to tools/cli/enrol. Threads: one.
#pragma once

#include "tools/cli/enrol/technician.hpp"

namespace greentill::cli {

/// Writes the request to a file, or shows it as a QR code.
ExitCode write_request(const EnrolOptions& options, const enrol::Means& means, Technician& technician, const Output& output);
/// Takes the answer of a file, or of a scanner; the settings that it brings go to that file.
ExitCode take_answer(const EnrolOptions& options, const enrol::Means& means, const std::filesystem::path& settings,
                     Technician& technician, const Output& output);

}  // namespace greentill::cli
