// SPDX-License-Identifier: Apache-2.0
// What a child and the programs that it starts write to their standard error (and a plugin to its standard output), line by line
// for the log. Threads: one thread.
#pragma once

#include <chrono>
#include <string>
#include <string_view>

#include "daemon/detect/plugin_health.hpp"

namespace greentill::detect {

class ChildOutput {
 public:
  /// Takes the pipe's reading end over and makes it non-blocking.
  explicit ChildOutput(int pipe);
  ~ChildOutput();
  ChildOutput(const ChildOutput&) = delete;
  ChildOutput& operator=(const ChildOutput&) = delete;

  /// Logs the whole lines that have come, at most 64 KiB of them in one call: a child that writes more waits.
  void drain(PluginHealth& health);
  /// As drain(), and logs a last line that has no end. Called once the child and its programs are gone.
  void finish(PluginHealth& health);

  /// The descriptor to wait on for readability. -1 where nothing is to be read: at the pipe's end, and for 100 ms after a drain()
  /// that read 64 KiB.
  [[nodiscard]] int descriptor() const;

 private:
  void take(std::string_view bytes, PluginHealth& health);
  void end_line(PluginHealth& health);

  int pipe_;
  std::string line_;  // the line that has not ended, as far as it is kept
  std::chrono::steady_clock::time_point quiet_until_;
};

}  // namespace greentill::detect
