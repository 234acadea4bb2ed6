// SPDX-License-Identifier: Apache-2.0
// An open file, read in order and at any place. Threads: one thread.
#pragma once

#include <sys/stat.h>

#include <cstdint>
#include <filesystem>
#include <span>
#include <stdexcept>
#include <string>
#include <utility>

#include "plugins/common/readers/record_reader.hpp"

namespace greentill::plugin {

/// The machine failed, not the file's content.
class DiskError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// A file's identity when it was looked at. Another inode, size or time of writing means another file.
struct FileState {
  std::uint64_t device = 0;
  std::uint64_t inode = 0;
  std::uint64_t size = 0;
  std::int64_t modified_ns = 0;
  bool operator==(const FileState&) const = default;

  static FileState of(const struct stat& status);
};

/// Reads an open file. Whatever fails throws DiskError with the path.
class FileBytes final : public ByteInput {
 public:
  /// Takes the descriptor over. `path` is for messages.
  FileBytes(int descriptor, std::filesystem::path path) : descriptor_(descriptor), path_(std::move(path)) {}
  ~FileBytes() override;
  FileBytes(const FileBytes&) = delete;
  FileBytes& operator=(const FileBytes&) = delete;

  std::size_t read(std::span<char> into) override;
  /// Up to `size` bytes from `offset` on; fewer only at the file's end. Does not move where read() goes on.
  [[nodiscard]] std::string read_at(std::uint64_t offset, std::size_t size) const;
  /// The open file's state. Throws, too, where it is no regular file.
  [[nodiscard]] FileState state() const;
  [[nodiscard]] const std::filesystem::path& path() const { return path_; }

 private:
  std::size_t read_some(std::uint64_t offset, std::span<char> into) const;

  int descriptor_;
  std::filesystem::path path_;
  std::uint64_t offset_ = 0;
};

}  // namespace greentill::plugin
