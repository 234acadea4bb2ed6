// SPDX-License-Identifier: Apache-2.0
// A value that several threads share. Threads: safe from any thread.
#pragma once

#include <mutex>
#include <utility>

namespace greentill {

template <typename T>
class Guarded {
 public:
  /// Calls `change` with the value. It must be short, and must not use this object.
  template <typename F>
  void update(F change) {
    const std::lock_guard lock(mutex_);
    change(value_);
  }
  void set(T value) {
    const std::lock_guard lock(mutex_);
    value_ = std::move(value);
  }
  [[nodiscard]] T get() const {
    const std::lock_guard lock(mutex_);
    return value_;
  }

 private:
  mutable std::mutex mutex_;
  T value_{};
};

}  // namespace greentill
