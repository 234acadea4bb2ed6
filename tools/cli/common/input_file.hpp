// SPDX-License-Identifier: Apache-2.0
// A file that a command reads in pieces. Threads: safe from any thread.
#pragma once

#include <cstdint>
#include <functional>
#include <istream>
#include <string>

#include "tools/cli/common/output.hpp"

namespace greentill::cli {

/// Runs `use` on the file, or on standard input for "-". Fails where the file cannot be opened or is a folder, which would open
/// and then fail to be read.
[[nodiscard]] ExitCode with_input(const std::string& name, const Output& output,
                                  const std::function<ExitCode(std::istream&)>& use);

/// The file's size in bytes; 0 where it is not known.
[[nodiscard]] std::uint64_t size_of_input(const std::string& name);

}  // namespace greentill::cli
