// SPDX-License-Identifier: Apache-2.0
// A file that a command reads in pieces. Threads: safe from any thread.
#pragma once

#include <filesystem>
#include <fstream>

#include "daemon/base/error.hpp"

namespace greentill::cli {

/// An error names the path and the reason; a folder is one, which would open and then not be read.
Result<std::ifstream> open_input(const std::filesystem::path& path);

}  // namespace greentill::cli
