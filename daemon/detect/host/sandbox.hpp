// SPDX-License-Identifier: Apache-2.0
// Takes from the calling process, for good, what a plugin does not need: root's capabilities, files, network, system calls,
// memory. docs/plugin-isolation.md#what-a-child-may-do says what is left. Called before any foreign code is loaded.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "daemon/base/error.hpp"
#include "daemon/detect/grants.hpp"

namespace greentill::detect::host {

struct Confinement {
  enum class Of : std::uint8_t {
    plugin,   ///< this process, which loads a shared object: it may start no other process
    program,  ///< a process that is about to execute a program, which may start others
  };
  Of of = Of::plugin;
  Grants grants;
  std::vector<std::string> files;  ///< the plugin's own files: readable besides the grants, and executable where it is a program
  std::uint64_t memory_bytes = 0;
  std::vector<std::string> secrets;  ///< files and folders that no grant may be, hold or lie in
};

/// Confines the process. Returns what this kernel cannot enforce, for the log; empty where it enforces all. Fails, naming it,
/// where a grant has a link in it or leads to a secret. On failure the process may be half confined and must end. Requires: this
/// process has one thread.
Result<std::string> confine(const Confinement& confinement);

// The steps of confine(), in this order.
Status limit_resources(const Confinement& confinement);
Status limit_memory(const Confinement& confinement);
Status drop_powers();
/// Returns what the kernel cannot enforce, or empty. `signals_held`: whether signals to processes outside are refused.
Result<std::string> restrict_files_and_ports(const Confinement& confinement, bool& signals_held);
Status filter_calls(const Confinement& confinement, bool signals_held);

}  // namespace greentill::detect::host
