// SPDX-License-Identifier: Apache-2.0
// The locks that a dock serves, where the operator lists them: id, public key and state, as the registry exports them, in tables
// or a line each, and a mode where it is not the dock's. docs/dock.md, "Which locks". Threads: pure functions.
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "firmware/core/ports.hpp"

namespace greentill::dock {

struct ListedLock {
  firmware::PublicPoint key{};
  std::string state;  ///< "active", "retired" or "revoked"
  std::string mode;   ///< empty: the dock's
};
using LockList = std::map<std::string, ListedLock, std::less<>>;

/// Throws std::runtime_error, naming file, line and key, where something is wrong or a lock is listed twice.
LockList parse_lock_list(std::string_view text, const std::string& name);

}  // namespace greentill::dock
