// SPDX-License-Identifier: Apache-2.0
// Writes an answer to a file, a device or a pipe. Threads: one.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "daemon/base/error.hpp"

namespace greentill::cli {

/// A regular file, or one that does not exist yet, is written under FILE.part beside it and gets its name when it is whole; a
/// symbolic link to it stays a link. Anything else (a device, a pipe) is written directly: it must not be replaced by a file.
class OutFile {
 public:
  explicit OutFile(const std::filesystem::path& target);
  ~OutFile();
  OutFile(const OutFile&) = delete;
  OutFile& operator=(const OutFile&) = delete;

  /// The first failure, with the path.
  [[nodiscard]] const Status& status() const { return status_; }
  bool write(std::string_view bytes);
  /// Makes the file durable, and gives it its own name. Where keep() is not called or fails, the old file stays.
  Status keep();

 private:
  void open_part();
  Status fail_here(const std::filesystem::path& path, const char* what);
  bool sync_folder();

  std::filesystem::path target_;
  std::filesystem::path part_;  ///< empty where the target is written directly
  int descriptor_ = -1;
  Status status_ = Done{};
};

/// Whether the path is "-", or anything else that is the program's standard output.
[[nodiscard]] bool is_standard_output(const std::filesystem::path& path);

}  // namespace greentill::cli
