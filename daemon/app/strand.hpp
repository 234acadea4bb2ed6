// SPDX-License-Identifier: Apache-2.0
// The strand: an Asio context, run by the one thread that calls run(), for work that waits for the network, a timer or a signal.
// Work on it needs no lock against other work on it, and must not wait for a disk.
#pragma once

#include <functional>
#include <memory>

#include "daemon/base/ports.hpp"

namespace greentill::app {

class Strand : public Executor {
 public:
  Strand();
  ~Strand() override;
  void post(std::function<void()> work) override;
  void post_after(std::chrono::milliseconds delay, std::function<void()> work) override;

  /// Calls `handler` on the strand at the first SIGINT or SIGTERM.
  void on_termination(std::function<void()> handler);
  /// Runs work until stop(). Threads: one.
  void run();
  /// Makes run() return. Threads: safe from any thread. Work that was posted and has not begun is dropped.
  void stop();

 private:
  struct Context;
  std::unique_ptr<Context> context_;
};

}  // namespace greentill::app
