// SPDX-License-Identifier: Apache-2.0
// greentill-plugin-host: runs one plugin with one instance, in one thread, at one end of a socket pair. Where the plugin is an
// exec instance, the program that it speaks with is the host's only child.
#pragma once

#include <sys/time.h>

#include <chrono>

#include "daemon/detect/attempt_page.hpp"
#include "daemon/detect/frames.hpp"
#include "daemon/detect/host/program.hpp"
#include "daemon/detect/module.hpp"
#include "daemon/detect/wire.hpp"

namespace greentill::detect::host {

/// What a confined host works with.
struct Host {
  FrameChannel& channel;
  HostServices& services;
  const Hello& hello;
  Program* program = nullptr;       ///< null unless it is an exec instance
  AttemptPage* attempts = nullptr;  ///< where a source says what it is about to read

  [[nodiscard]] std::chrono::milliseconds patience() const { return std::chrono::milliseconds(hello.patience_ms); }
};

/// Answers the daemon's calls until the daemon is gone. Where it cannot go on, it tells the daemon why and returns.
void serve_detector(const Host& host);
/// Hands in records until the daemon is gone; ends early as serve_detector() does.
void serve_source(const Host& host);

/// Tells the daemon why the host ends, and how its program ended where it did.
void report_failure(const Host& host, const Error& error);

/// Ends the process by SIGALRM where a plugin's call does not return in time: a watchdog that needs no thread. A plugin may block
/// the signal; the daemon's own time limit then ends the host.
class CallTimer {
 public:
  explicit CallTimer(std::chrono::milliseconds time);
  ~CallTimer();
  CallTimer(const CallTimer&) = delete;
  CallTimer& operator=(const CallTimer&) = delete;
};

/// While it lives, a plugin's call uses none of its time, if one is under way: the host waits for the daemon, which may be slow
/// to take what it is sent, and for no fault of the plugin's.
class CallPause {
 public:
  CallPause();
  ~CallPause();
  CallPause(const CallPause&) = delete;
  CallPause& operator=(const CallPause&) = delete;

 private:
  itimerval left_{};
};

}  // namespace greentill::detect::host
