// SPDX-License-Identifier: Apache-2.0
// Files that hold a key. Private to daemon/identity.
#pragma once

#include <filesystem>
#include <string>

#include "daemon/base/error.hpp"

namespace greentill::identity {

/// The content of a small file that nobody but its owner may read or write; denied otherwise. The caller wipes it.
Result<std::string> read_secret(const std::filesystem::path& path);

}  // namespace greentill::identity
