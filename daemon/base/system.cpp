// SPDX-License-Identifier: Apache-2.0
#include "daemon/base/system.hpp"

#include <sys/random.h>
#include <sys/timex.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>

namespace greentill {

std::int64_t SystemClock::unix_seconds() const {
  return std::chrono::duration_cast<std::chrono::seconds>(std::chrono::system_clock::now().time_since_epoch()).count();
}

std::chrono::milliseconds SystemClock::monotonic() const {
  return std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now().time_since_epoch());
}

bool SystemClock::synchronised() const {
  // Every sale asks twice; the kernel's answer is kept for a second, to save the system calls.
  constexpr std::int64_t kAskAgainMs = 1'000;
  const std::int64_t now = monotonic().count();
  if (now - asked_at_.load(std::memory_order_acquire) < kAskAgainMs) return synchronised_.load(std::memory_order_relaxed);
  timex query{};
  const int state = ::adjtimex(&query);
  synchronised_.store(state >= 0 && state != TIME_ERROR, std::memory_order_relaxed);
  asked_at_.store(now, std::memory_order_release);
  return synchronised_.load(std::memory_order_relaxed);
}

namespace {

void fill_from_kernel(MutableBytes out) {
  while (!out.empty()) {
    const ssize_t count = ::getrandom(out.data(), out.size(), 0);
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) std::abort();
    out = out.subspan(static_cast<std::size_t>(count));
  }
}

}  // namespace

void SystemRandom::fill(MutableBytes out) {
  if (out.size() > pool_.size()) return fill_from_kernel(out);
  const std::lock_guard lock(mutex_);
  if (out.size() > left_) {
    fill_from_kernel(pool_);
    left_ = pool_.size();
  }
  const auto taken = MutableBytes(pool_).subspan(pool_.size() - left_, out.size());
  std::ranges::copy(taken, out.begin());
  std::ranges::fill(taken, std::uint8_t{0});  // bytes that were handed out must not stay in the pool
  left_ -= out.size();
}

}  // namespace greentill
