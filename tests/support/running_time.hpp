// SPDX-License-Identifier: Apache-2.0
// What a process or thread did with its time, whatever else the machine is busy with: random instants in the work of a child that
// a test kills there, and how long a thread was held up by what it does itself.
#pragma once

#include <sched.h>
#include <sys/types.h>

#include <chrono>
#include <fstream>
#include <string>

#include "tests/support/at_rest.hpp"

namespace greentill::test {

/// The processor's time that a process's first thread has had, which does not hang on how busy the machine is.
inline std::chrono::nanoseconds running_time_of(pid_t pid) {
  std::int64_t time = 0;
  std::ifstream("/proc/" + std::to_string(pid) + "/schedstat") >> time;
  return std::chrono::nanoseconds(time);
}

/// For how long a thread could have run and was not let.
inline std::chrono::nanoseconds waiting_time_of(pid_t thread) {
  std::int64_t ran = 0;
  std::int64_t waited = 0;
  std::ifstream("/proc/" + std::to_string(thread) + "/schedstat") >> ran >> waited;
  return std::chrono::nanoseconds(waited);
}

/// Waits until it has run for so long since it began, or has ended.
inline void let_run(pid_t pid, std::chrono::nanoseconds time) {
  while (running_time_of(pid) < time) {
    const auto state = thread_state("/proc/" + std::to_string(pid));
    if (!state || state->has_ended) return;
    ::sched_yield();
  }
}

}  // namespace greentill::test
