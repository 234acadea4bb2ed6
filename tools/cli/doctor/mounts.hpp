// SPDX-License-Identifier: Apache-2.0
// On what file system and block device a folder lies, as the kernel tells it (proc(5), "mountinfo"). Threads: any.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace greentill::doctor {

struct Mount {
  std::string point;
  std::string type;                  ///< "ext4"
  std::vector<std::string> options;  ///< of the mount, then of the file system
  unsigned major = 0;                ///< of the device; 0 where none is behind it
  unsigned minor = 0;

  [[nodiscard]] bool has(const std::string& option) const;
};

/// The mount that a path lies on. Of a path that is not there, that of the nearest folder above. Nothing where the list cannot be
/// read.
std::optional<Mount> mount_of(const std::filesystem::path& path, const std::filesystem::path& proc);
/// As above, of that list's text; `path` is absolute.
std::optional<Mount> find_mount(const std::string& mountinfo, const std::filesystem::path& path);

/// The disk's folder in sysfs, of the partition's whole disk; nothing where there is none.
std::optional<std::filesystem::path> disk_of(const Mount& mount, const std::filesystem::path& sys);

/// The nearest folder above that is there, or the path itself.
std::filesystem::path nearest(const std::filesystem::path& path);

}  // namespace greentill::doctor
