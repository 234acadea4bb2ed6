// SPDX-License-Identifier: Apache-2.0
// A socket that is waited for in slices, so that a cancelled probe ends soon. Private to daemon/probe.
#pragma once

#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>

namespace greentill::probe {

class Deadline {
 public:
  Deadline(std::chrono::milliseconds limit, const std::atomic<bool>& cancelled)
      : end_(std::chrono::steady_clock::now() + limit), cancelled_(cancelled) {}
  /// The same end for waiting, but at most `limit` from now.
  [[nodiscard]] Deadline at_most(std::chrono::milliseconds limit) const {
    Deadline shorter(limit, cancelled_);
    shorter.end_ = std::min(shorter.end_, end_);
    return shorter;
  }
  /// Waits until one of the events comes; false at the end of the time or once cancelled.
  [[nodiscard]] bool wait(int fd, short events) const {
    constexpr std::chrono::milliseconds kSlice{50};
    while (!cancelled_) {
      const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(end_ - std::chrono::steady_clock::now());
      if (left.count() <= 0) return false;
      pollfd one{fd, events, 0};
      if (::poll(&one, 1, static_cast<int>(std::min(left, kSlice).count())) > 0) return true;
    }
    return false;
  }

 private:
  std::chrono::steady_clock::time_point end_;
  const std::atomic<bool>& cancelled_;
};

class Socket {
 public:
  explicit Socket(int fd) : fd_(fd) {}
  Socket(const Socket&) = delete;
  Socket& operator=(const Socket&) = delete;
  ~Socket() {
    if (fd_ >= 0) ::close(fd_);
  }
  [[nodiscard]] int fd() const { return fd_; }

 private:
  int fd_;
};

}  // namespace greentill::probe
