// SPDX-License-Identifier: Apache-2.0
// Owns a file descriptor. Threads: one thread.
#pragma once

#include <unistd.h>

#include <utility>

namespace greentill {

class Descriptor {
 public:
  /// A negative value owns nothing.
  explicit Descriptor(int value = -1) : value_(value) {}
  Descriptor(Descriptor&& other) noexcept : value_(std::exchange(other.value_, -1)) {}
  Descriptor& operator=(Descriptor&& other) noexcept {
    std::swap(value_, other.value_);
    return *this;
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() {
    if (value_ >= 0) ::close(value_);
  }
  [[nodiscard]] int get() const { return value_; }
  [[nodiscard]] explicit operator bool() const { return value_ >= 0; }
  [[nodiscard]] int release() { return std::exchange(value_, -1); }
  /// A write error may surface only in close(2), so whoever wrote checks the result.
  bool close() { return ::close(release()) == 0; }

 private:
  int value_;
};

}  // namespace greentill
