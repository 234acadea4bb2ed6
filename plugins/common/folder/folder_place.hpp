// SPDX-License-Identifier: Apache-2.0
// Where a source is in a folder of files.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace greentill::plugin {

/// A position in a folder: how many records of the current file are durable, and which earlier files are durable to their end but
/// were not moved yet. As text: "f1 <records> <inode>:<print> <inode>:<print>…"; the first file is the current one.
struct FolderPlace {
  struct Known {
    std::uint64_t inode = 0;
    std::string print;  ///< hash of the file's name, size, time of writing, and first and last bytes
    bool operator==(const Known&) const = default;
  };
  std::uint64_t records = 0;
  Known current;
  std::vector<Known> whole;

  [[nodiscard]] std::string text() const;
  static std::optional<FolderPlace> parse(std::string_view text);
};

}  // namespace greentill::plugin
