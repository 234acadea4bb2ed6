// SPDX-License-Identifier: Apache-2.0
// How many lines may shake hands at once. Mosquitto's listener keeps 100 connections that it has not accepted, and what comes on
// top waits for TCP to ask again after a second: without a gate that is what would be measured. Threads: one.
#pragma once

#include <deque>
#include <functional>

namespace greentill::fleet_sim {

class Gate {
 public:
  explicit Gate(std::size_t at_once) : free_(at_once) {}

  /// Calls `enter` now, or once there is room. Whoever was let in leaves once.
  void ask(std::function<void()> enter) {
    waiting_.push_back(std::move(enter));
    let_in();
  }
  void leave() {
    ++free_;
    let_in();
  }

  /// Lets nobody in any more.
  void close() { waiting_.clear(); }

 private:
  // Not by recursion: who is let in may leave at once.
  void let_in() {
    if (letting_) return;
    letting_ = true;
    while (free_ > 0 && !waiting_.empty()) {
      --free_;
      const auto enter = std::move(waiting_.front());
      waiting_.pop_front();
      enter();
    }
    letting_ = false;
  }

  std::size_t free_;
  bool letting_ = false;
  std::deque<std::function<void()>> waiting_;
};

}  // namespace greentill::fleet_sim
