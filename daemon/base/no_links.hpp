// SPDX-License-Identifier: Apache-2.0
// Opens paths without following a link in any part of them: whoever may rename a folder on the way can then not lead us to a
// place of his choice. Threads: safe from any thread.
#pragma once

#include <compare>
#include <cstdint>
#include <filesystem>
#include <vector>

#include "daemon/base/descriptor.hpp"
#include "daemon/base/error.hpp"

namespace greentill {

/// What a file or folder is, by whatever name it is reached.
struct FileId {
  std::uint64_t device = 0;
  std::uint64_t inode = 0;
  auto operator<=>(const FileId&) const = default;
};

/// The file or folder of an absolute path, open(2)ed with `flags`. denied, naming the part, where one of the parts is a link;
/// else not_found, denied or io. `passed` gets all that lies on the way, from the root to the last part, both included.
Result<Descriptor> open_without_links(const std::filesystem::path& path, int flags, std::vector<FileId>* passed = nullptr);

/// As above, for a folder, which is made with the folders above it where they are missing.
Result<Descriptor> make_folder_without_links(const std::filesystem::path& path, int flags, std::vector<FileId>* passed = nullptr);

/// As above, from an open folder on; `path` is relative and stays below it.
Result<Descriptor> make_folder_below(int folder, const std::filesystem::path& path, int flags);

}  // namespace greentill
