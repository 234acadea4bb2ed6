// SPDX-License-Identifier: Apache-2.0
// An open file that grows, read from a place on, and known again by its content: of two files with the same bytes before a place,
// going on in either is the same. Threads: one thread.
#pragma once

#include <sys/stat.h>

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "plugins/common/folder/file_bytes.hpp"

namespace greentill::journal {

/// Where in which file a row ends. As text: "j1 <inode> <offset> <line> <print>".
struct Place {
  std::uint64_t inode = 0;
  std::uint64_t offset = 0;
  std::uint64_t line = 1;  ///< of the row that follows, from 1
  std::string print;       ///< of the first and the last 256 bytes before the offset

  [[nodiscard]] std::string text() const;
  static std::optional<Place> parse(std::string_view text);
};

class FollowedFile {
 public:
  /// Null where it does not exist. Throws std::runtime_error where it cannot be opened, as where there is a link in its path.
  static std::unique_ptr<FollowedFile> open(const std::filesystem::path& path);

  /// Goes to a place of this file. False, and back at its begin, where the bytes before it are others.
  bool seek(const Place& place);
  void rewind();
  /// What is read and not consumed. Lifetime: until the next call that is not const.
  [[nodiscard]] std::string_view pending() const { return std::string_view(buffer_).substr(consumed_); }
  enum class Read {
    more,         ///< pending() has grown
    none,         ///< there is nothing more yet
    overwritten,  ///< what was consumed is not in the file any more: truncated, or written anew. Of no further use.
  };
  /// Reads more behind what is pending, provided that the bytes before it are still the same.
  Read read_more();
  void consume(std::size_t bytes, std::size_t lines);
  /// The place that consume(bytes, lines) would lead to.
  [[nodiscard]] Place place_behind(std::size_t bytes, std::size_t lines) const;
  [[nodiscard]] std::uint64_t offset() const { return offset_; }  ///< of the first byte not consumed
  [[nodiscard]] std::uint64_t line() const { return line_; }
  /// Names the row that comes next, among those of all files; cheaper than a Place.
  [[nodiscard]] std::string name_of_row() const { return std::to_string(opened_.inode) + " " + std::to_string(offset_); }

  [[nodiscard]] bool is_same_file(const struct stat& status) const;
  [[nodiscard]] const std::filesystem::path& path() const { return bytes_.path(); }

 private:
  FollowedFile(int descriptor, std::filesystem::path path);

  plugin::FileBytes bytes_;
  plugin::FileState opened_;
  std::uint64_t offset_ = 0;
  std::uint64_t line_ = 1;
  std::string head_;  // the first bytes of the file, as far as consumed
  std::string tail_;  // the last bytes before offset_
  std::string buffer_;
  std::size_t consumed_ = 0;
  bool at_end_ = false;
};

}  // namespace greentill::journal
