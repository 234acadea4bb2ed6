// SPDX-License-Identifier: Apache-2.0
// The program of an [exec] instance as the child of its host: confined before its first instruction, in the host's process
// group, with pipes for its standard input and output and the host's standard error. It is killed when the host ends.
#pragma once

#include <sys/types.h>

#include <memory>
#include <string>

#include "daemon/base/error.hpp"
#include "daemon/detect/wire.hpp"

namespace greentill::detect::host {

class Program {
 public:
  /// Starts the program; its pipes get the descriptors that greentill/exec_streams.h names. `note` is set to the part of the
  /// confinement that this kernel cannot enforce. Requires: this process has one thread.
  static Result<std::unique_ptr<Program>> start(const Hello& hello, std::string& note);

  /// How the program ended: "the program exited with status 1". Where it has closed its output, waits a moment for it to end.
  /// Empty where it still runs.
  std::string how_it_ended();

 private:
  explicit Program(pid_t pid) : pid_(pid) {}
  pid_t pid_;
};

}  // namespace greentill::detect::host
