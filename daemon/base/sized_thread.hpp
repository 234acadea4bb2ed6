// SPDX-License-Identifier: Apache-2.0
// A thread whose stack has a stated size. The system's own is what a user's limits say, 8 MiB as a rule: too much where threads
// are many and memory is locked, and nothing to rely on. Threads: one, or as its owner takes care.
#pragma once

#include <pthread.h>

#include <cstddef>
#include <functional>
#include <optional>

namespace greentill {

class SizedThread {
 public:
  /// Runs `work`, which must not throw. Nothing where the system gives no thread.
  static std::optional<SizedThread> start(std::size_t stack_bytes, std::function<void()> work);
  /// Waits until it has ended: to be called once, by another thread.
  void join() { ::pthread_join(thread_, nullptr); }

 private:
  explicit SizedThread(pthread_t thread) : thread_(thread) {}
  pthread_t thread_;
};

}  // namespace greentill
