// SPDX-License-Identifier: Apache-2.0
// What the modules need of the world, injected so that tests can stand in for it: time, randomness, a place to run work, a log.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <string_view>

#include "daemon/base/bytes.hpp"

namespace greentill {

/// Threads: safe from any thread.
class Clock {
 public:
  virtual ~Clock() = default;
  /// Unix seconds, UTC; may jump.
  [[nodiscard]] virtual std::int64_t unix_seconds() const = 0;
  /// Since an arbitrary start; never jumps back.
  [[nodiscard]] virtual std::chrono::milliseconds monotonic() const = 0;
  /// Whether a time server keeps unix_seconds() right, so that something may depend on it for good.
  [[nodiscard]] virtual bool synchronised() const = 0;
};

/// Threads: safe from any thread. Cryptographic quality.
class Random {
 public:
  virtual ~Random() = default;
  virtual void fill(MutableBytes out) = 0;
};

/// Runs work on one strand, one piece after the other. Threads: safe from any thread; the work runs on the strand's.
class Executor {
 public:
  virtual ~Executor() = default;
  virtual void post(std::function<void()> work) = 0;
  virtual void post_after(std::chrono::milliseconds delay, std::function<void()> work) = 0;
};

enum class LogLevel { debug, info, warning, error };

/// One line an event. Threads: safe from any thread. Never hand it a customer's token or a till's raw bytes.
class Log {
 public:
  virtual ~Log() = default;
  virtual void write(LogLevel level, std::string_view module, std::string_view message) = 0;
};

}  // namespace greentill
