// SPDX-License-Identifier: Apache-2.0
// Says in the log that the store fails, and that it works again, without a line for each sale: a full disk refuses every one, and
// the log may lie on it. Threads: safe from any thread.
#pragma once

#include <cstdint>
#include <mutex>
#include <string>

#include "daemon/base/error.hpp"
#include "daemon/base/ports.hpp"

namespace greentill::engine {

class StoreLog {
 public:
  /// Must live as long as the timers run.
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
  bool again_said_ = false;  // that it works again, in this minute
  std::uint64_t held_ = 0;   // failures of this minute that were not written
  std::string last_;         // of them
};

}  // namespace greentill::engine
