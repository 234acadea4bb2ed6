// SPDX-License-Identifier: Apache-2.0
// Waiting for a condition instead of for a while.
#pragma once

#include <chrono>
#include <thread>

namespace greentill::test {

/// Whether the condition became true before the deadline.
template <typename F>
bool eventually(F condition, std::chrono::milliseconds deadline = std::chrono::seconds(20)) {
  const auto end = std::chrono::steady_clock::now() + deadline;
  while (!condition()) {
    if (std::chrono::steady_clock::now() >= end) return condition();
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  return true;
}

}  // namespace greentill::test
