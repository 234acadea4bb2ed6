// SPDX-License-Identifier: Apache-2.0
// Waiting for a condition instead of for a while.
#pragma once

#include <chrono>
#include <thread>

namespace greentill::test {

/// The one bound on waiting in tests, so wide that no machine is too busy for it: whoever meets it waits for what does not come.
inline constexpr std::chrono::minutes kPatience{4};

/// Whether the condition became true within kPatience. Where something must not happen, wait for what can only come behind it.
template <typename F>
bool eventually(F condition) {
  const auto end = std::chrono::steady_clock::now() + kPatience;
  while (!condition()) {
    if (std::chrono::steady_clock::now() >= end) return condition();
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  return true;
}

}  // namespace greentill::test
