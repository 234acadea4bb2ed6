// SPDX-License-Identifier: Apache-2.0
// Logs that the store fails, and that it works again, without a line for each sale: a full disk refuses every sale, and the log
// may lie on that disk. Threads: safe from any thread.
#pragma once

#include <cstdint>
#include <mutex>
#include <string>

#include "daemon/base/error.hpp"
#include "daemon/base/ports.hpp"

namespace greentill::engine {

class StoreLog {
 public:
  /// Must outlive the timers' work.
  StoreLog(Executor& timers, Log& log) : timers_(timers), log_(log) {}

  void failed(const Error& error);
  /// Something was stored.
  void worked();

 private:
  void begin_minute();
  void end_minute();

  Executor& timers_;
  Log& log_;
  std::mutex mutex_;
  bool failing_ = false;
  bool in_minute_ = false;   // a failure was written less than a minute ago
  bool again_said_ = false;  // that the store works again was logged within this minute
  std::uint64_t held_ = 0;   // failures of this minute that were not written
  std::string last_;         // the message of the last of these failures
};

}  // namespace greentill::engine
