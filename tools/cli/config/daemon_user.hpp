// SPDX-License-Identifier: Apache-2.0
// What the daemon may open, as far as another user can tell: by owner, group and mode, without access lists. Threads: one.
#pragma once

#include <sys/types.h>

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "tools/common/config_findings.hpp"

namespace greentill::cli {

class DaemonUser {
 public:
  /// The daemon runs as whoever owns the device's private key, which nobody else may open.
  static DaemonUser of_key(const std::filesystem::path& key);

  /// Adds what keeps the daemon from reading a file, or from reading and changing a folder; `key` is the configuration's word for
  /// it. need_file: whether the file is there, and can be looked at.
  bool need_file(const std::filesystem::path& file, const std::string& key, tools::Findings& into) const;
  void need_folder(const std::filesystem::path& folder, const std::string& key, bool writes, tools::Findings& into) const;

 private:
  enum class Access { yes, no, unknown };
  [[nodiscard]] Access may(const std::filesystem::path& path, unsigned bits) const;
  /// Whether every folder above lets the daemon through.
  [[nodiscard]] Access reaches(const std::filesystem::path& path) const;
  bool need(const std::filesystem::path& path, const std::string& key, bool folder, unsigned bits, tools::Findings& into) const;

  std::optional<uid_t> user_;  // none: the key could not be looked at
  std::string name_;
  std::vector<gid_t> groups_;
};

}  // namespace greentill::cli
