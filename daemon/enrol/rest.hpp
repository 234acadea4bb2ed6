// SPDX-License-Identifier: Apache-2.0
// How a thread rests between two tries: until its pause is over, somebody wakes it, or it is to end. Private to daemon/enrol.
// Threads: safe from any thread; one rests.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <mutex>

namespace greentill::enrol {

class Rest {
 public:
  /// Ends this rest and all later ones.
  void end() {
    {
      const std::lock_guard lock(mutex_);
      ended_ = true;
    }
    wake_.notify_all();
  }
  /// Ends the rest that is, or else the next one.
  void wake() {
    {
      const std::lock_guard lock(mutex_);
      woken_ = true;
    }
    wake_.notify_all();
  }
  /// Rests; false where the thread is to end.
  [[nodiscard]] bool take(std::chrono::milliseconds pause) {
    std::unique_lock lock(mutex_);
    wake_.wait_for(lock, pause, [this] { return ended_ || woken_; });
    woken_ = false;
    return !ended_;
  }
  /// Set once it is to end: what is under way may look at it.
  [[nodiscard]] const std::atomic<bool>& ended() const { return ended_; }

 private:
  std::mutex mutex_;
  std::condition_variable wake_;
  std::atomic<bool> ended_{false};
  bool woken_ = false;
};

}  // namespace greentill::enrol
