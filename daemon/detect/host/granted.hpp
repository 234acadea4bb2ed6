// SPDX-License-Identifier: Apache-2.0
// Opens what a child is granted and looks at what it is, not at how it is called: between the time at which the configuration was
// read and now a folder may have been replaced by another, or by a link. Threads: safe from any thread.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "daemon/base/error.hpp"
#include "daemon/base/no_links.hpp"

namespace greentill::detect::host {

class Granted {
 public:
  /// `secrets`: files and folders that no child may reach; those that do not exist are passed over.
  explicit Granted(const std::vector<std::string>& secrets);

  /// Opens a path (O_PATH) that has no link in it. `make`: where it is missing it is made, as a folder. denied, naming both,
  /// where it is a secret, holds one or lies in one; else as open_without_links().
  [[nodiscard]] Result<Descriptor> open(const std::string& path, bool make) const;
  /// As open(), for a file of the plugin's own, which the configuration may name by a link ("/usr/bin/python3").
  [[nodiscard]] Result<Descriptor> open_own(const std::string& path) const;

 private:
  std::set<FileId> secrets_;
  std::set<FileId> above_;  // all folders in which a secret lies, and the secrets
};

}  // namespace greentill::detect::host
