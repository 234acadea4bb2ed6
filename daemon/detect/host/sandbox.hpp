// SPDX-License-Identifier: Apache-2.0
// Takes from the calling process, for good, what it does not need: powers of root, files, network, system calls, memory.
// docs/plugin-isolation.md#what-a-child-may-do says what is left. Called before the first byte of foreign code is loaded.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "daemon/base/error.hpp"
#include "daemon/detect/grants.hpp"

namespace greentill::detect::host {

struct Confinement {
  enum class Of : std::uint8_t {
    plugin,   ///< this process, with a shared object in it: may start no other
    program,  ///< a process that is about to become a program, which may start others
  };
  Of of = Of::plugin;
  Grants grants;
  std::vector<std::string> files;  ///< may be read, and by a program executed, besides the grants: its own
  std::uint64_t memory_bytes = 0;
};

/// What of it the kernel cannot hold, for the log; empty where it holds all. On failure the process may be half confined and must
/// end. Requires: this process has one thread.
Result<std::string> confine(const Confinement& confinement);

// Its steps, in this order.
Status limit_resources(const Confinement& confinement);
Status limit_memory(const Confinement& confinement);
Status drop_powers();
/// What the kernel cannot hold, or empty. `signals_held`: whether signals to processes outside are refused.
Result<std::string> restrict_files_and_ports(const Confinement& confinement, bool& signals_held);
Status filter_calls(const Confinement& confinement, bool signals_held);

}  // namespace greentill::detect::host
