// SPDX-License-Identifier: Apache-2.0
// The file of locks that greentill-credit lock export writes: for docks, and for whoever checks claims without the registry
// (docs/registry.md, "The file of locks"). It holds nothing secret.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "daemon/base/bytes.hpp"
#include "daemon/base/error.hpp"

namespace greentill::verify {

struct ListedLock {
  std::string id;
  Bytes<65> key{};  ///< the point, uncompressed
  std::uint32_t root = 0;
  std::string root_name;
  std::string state;  ///< "active", "retired" or "revoked"
};

/// Its text, in the order given.
[[nodiscard]] std::string write_lock_file(const std::vector<ListedLock>& locks);

/// `name`: the file's, for messages. invalid, naming line and key, where something in it is wrong or a lock is listed twice.
Result<std::vector<ListedLock>> read_lock_file(std::string_view text, const std::string& name);

}  // namespace greentill::verify
