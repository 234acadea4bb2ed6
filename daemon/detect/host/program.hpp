// SPDX-License-Identifier: Apache-2.0
// The program of an [exec] instance as the child of its host: confined before its first instruction, in the host's process
// group, with pipes for its standard input and output and the host's standard error. It is killed when the host ends.
#pragma once

#include <signal.h>
#include <sys/types.h>

#include <memory>
#include <string>

#include "daemon/base/error.hpp"
#include "daemon/detect/wire.hpp"

namespace greentill::detect::host {

/// What Ctrl-C on a terminal, a terminal's end and a service manager's stop send to every process of the service.
inline constexpr int kStopSignals[] = {SIGINT, SIGTERM, SIGHUP};

class Program {
 public:
  /// Starts the program; its pipes get the descriptors that greentill/exec_streams.h names. `note` is set to the part of the
  /// confinement that this kernel cannot enforce. Requires: this process has one thread.
  static Result<std::unique_ptr<Program>> start(const Hello& hello, std::string& note);

  /// How the program ended: "the program exited with status 1". Where it has closed its output, waits a moment for it to end.
  /// Empty where it still runs.
  std::string how_it_ended();
  /// Whether it, or this process, was asked to end, as Ctrl-C and a service manager's stop do: its end says nothing against what
  /// it was reading. Requires: how_it_ended() was called.
  [[nodiscard]] bool was_asked_to_end() const;

 private:
  explicit Program(pid_t pid) : pid_(pid) {}
  pid_t pid_;
  int signal_ = 0;  // by which it was ended
};

}  // namespace greentill::detect::host
