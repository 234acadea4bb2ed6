// SPDX-License-Identifier: Apache-2.0
// The file that an answer goes to, whatever is there under its name. Threads: one.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "daemon/base/error.hpp"

namespace greentill::cli {

/// A regular file, or one that is not there yet, is written under FILE.part beside it and takes its name when it is whole; a
/// link to it stays a link. Anything else (a device, a pipe) is written straight through: it must not be replaced by a file.
class OutFile {
 public:
  explicit OutFile(const std::filesystem::path& target);
  ~OutFile();
  OutFile(const OutFile&) = delete;
  OutFile& operator=(const OutFile&) = delete;

  /// What first went wrong, with the path.
  [[nodiscard]] const Status& status() const { return status_; }
  bool write(std::string_view bytes);
  /// Makes what was written last through a power cut, under the file's own name. What is not kept leaves the old file.
  Status keep();

 private:
  void open_part();
  Status fail_here(const std::filesystem::path& path, const char* what);
  bool sync_folder();

  std::filesystem::path target_;
  std::filesystem::path part_;  ///< empty where it is written straight through
  int descriptor_ = -1;
  Status status_ = Done{};
};

/// "-", and whatever else the program's standard output goes to.
[[nodiscard]] bool is_standard_output(const std::filesystem::path& path);

}  // namespace greentill::cli
