// SPDX-License-Identifier: Apache-2.0
// The name of the share group by which workers take batches: a secret of the installation, in a file that broker and service each
// have. Threads: safe from any thread.
#pragma once

#include <filesystem>
#include <string>

#include "daemon/base/error.hpp"

namespace greentill::guard {

/// The name in the file; denied where others than the file's owner may open it, invalid where it holds anything else.
Result<std::string> read_share_group(const std::filesystem::path& path);

}  // namespace greentill::guard
