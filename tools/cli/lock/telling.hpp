// SPDX-License-Identifier: Apache-2.0
// How the commands of one lock begin and what they tell. Private to lock/. Threads: one.
#pragma once

#include <string>

#include "tools/cli/common/output.hpp"
#include "tools/cli/lock/lock.hpp"
#include "tools/cli/lock/lock_line.hpp"

namespace greentill::cli {

/// A line, and the lock that was there and has the key that it names.
struct MetLock {
  LockLine line;
  dock::Hello lock;
};
Result<MetLock> meet_lock(const LockOptions& options);

[[nodiscard]] Json lock_json(const dock::Hello& lock);
[[nodiscard]] std::string lock_text(const dock::Hello& lock);
[[nodiscard]] ExitCode fail_lock(const Output& output, const Error& error);

}  // namespace greentill::cli
