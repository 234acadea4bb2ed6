// SPDX-License-Identifier: Apache-2.0
// greentill-plugin-host: one plugin, one instance, one thread, on one end of a socket pair; for an exec instance the program that
// the plugin speaks with is its only child.
#pragma once

#include <chrono>

#include "daemon/detect/frames.hpp"
#include "daemon/detect/host/program.hpp"
#include "daemon/detect/module.hpp"
#include "daemon/detect/wire.hpp"

namespace greentill::detect::host {

/// What a host is made of, once it is confined.
struct Host {
  FrameChannel& channel;
  HostServices& services;
  const Hello& hello;
  Program* program = nullptr;  ///< of an exec instance

  [[nodiscard]] std::chrono::milliseconds patience() const { return std::chrono::milliseconds(hello.patience_ms); }
};

/// Answers calls until the daemon is gone, and says why to the daemon where it cannot go on.
void serve_detector(const Host& host);
/// Hands in records until the daemon is gone, likewise.
void serve_source(const Host& host);

/// Tells the daemon why the host ends; how a program ended is added.
void report_failure(const Host& host, const Error& error);

/// Ends the process by SIGALRM where a plugin's call does not return: a watchdog that needs no thread. A plugin may block the
/// signal; then the daemon's patience ends it.
class CallTimer {
 public:
  explicit CallTimer(std::chrono::milliseconds time);
  ~CallTimer();
  CallTimer(const CallTimer&) = delete;
  CallTimer& operator=(const CallTimer&) = delete;
};

}  // namespace greentill::detect::host
