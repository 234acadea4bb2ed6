// SPDX-License-Identifier: Apache-2.0
// Small files, read and written whole. Threads: safe from any thread.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "daemon/base/error.hpp"

namespace greentill {

/// The exact bytes of a file of at most `limit` bytes. not_found, io, or invalid where it is larger.
Result<std::string> read_file(const std::filesystem::path& path, std::size_t limit = 16u << 20);

/// Replaces the file as one step that survives a power cut: temporary file beside it, fsync, rename, fsync of the folder.
/// On failure the old file stands. Cost: two fsyncs.
Status write_file_durably(const std::filesystem::path& path, std::string_view bytes, unsigned mode = 0644);

}  // namespace greentill
