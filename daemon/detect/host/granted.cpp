// SPDX-License-Identifier: Apache-2.0
#include "daemon/detect/host/granted.hpp"

#include <fcntl.h>

#include <algorithm>
#include <filesystem>
#include <system_error>

namespace greentill::detect::host {

namespace fs = std::filesystem;

Granted::Granted(const std::vector<std::string>& secrets) {
  for (const std::string& secret : secrets) {
    std::error_code error;
    const fs::path real = fs::canonical(secret, error);
    std::vector<FileId> passed;
    if (error || !open_without_links(real, O_PATH, &passed)) continue;
    secrets_.insert(passed.back());
    above_.insert(passed.begin(), passed.end());
  }
}

Result<Descriptor> Granted::open(const std::string& path, bool make) const {
  std::vector<FileId> passed;
  const auto lies_in_one = [&] {
    return std::any_of(passed.begin(), passed.end(), [this](const FileId& id) { return secrets_.contains(id); });
  };
  auto opened = open_without_links(path, O_PATH, &passed);
  if (!opened && opened.error().code == ErrorCode::not_found && make && !lies_in_one()) {
    passed.clear();
    opened = make_folder_without_links(path, O_PATH, &passed);
  }
  if (!lies_in_one() && !(opened && above_.contains(passed.back()))) return opened;
  return fail(ErrorCode::denied,
              path + ": it leads to what no plugin may reach: the device's keys, the state folder or the store");
}

Result<Descriptor> Granted::open_own(const std::string& path) const {
  std::error_code error;
  const fs::path real = fs::canonical(path, error);
  if (error) return fail(ErrorCode::not_found, path + ": it cannot be opened: " + error.message());
  return open(real, false);
}

}  // namespace greentill::detect::host
