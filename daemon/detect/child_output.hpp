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

  /// Logs the whole lines that are there, up to 64 KiB at once: who writes more waits.
  void drain(PluginHealth& health);
  /// The same, and a last line without its end. Once the writers are gone.
  void finish(PluginHealth& health);

  /// To wait for readability; -1 while nothing more is to be read: at its end, or for a moment after much was.
  [[nodiscard]] int descriptor() const;

 private:
  void take(std::string_view bytes, PluginHealth& health);
  void end_line(PluginHealth& health);

  int pipe_;
  std::string line_;  // as much of it as is logged
  std::chrono::steady_clock::time_point quiet_until_;
};

}  // namespace greentill::detect
