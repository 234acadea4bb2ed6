// SPDX-License-Identifier: Apache-2.0
#include "daemon/engine/store_log.hpp"

#include <chrono>

namespace greentill::engine {
namespace {

constexpr const char* kFailed = "claims could not be stored: ";
constexpr const char* kAgain = "claims are stored again";

}  // namespace

void StoreLog::failed(const Error& error) {
  const std::lock_guard lock(mutex_);
  failing_ = true;
  if (in_minute_) {
    ++held_;
    last_ = error.message;
    return;
  }
  log_.write(LogLevel::error, "engine", kFailed + error.message);
  begin_minute();
}

void StoreLog::worked() {
  const std::lock_guard lock(mutex_);
  if (!failing_) return;
  failing_ = false;
  if (again_said_) return;
  again_said_ = in_minute_;
  log_.write(LogLevel::info, "engine", kAgain);
}

void StoreLog::begin_minute() {
  in_minute_ = true;
  timers_.post_after(std::chrono::minutes(1), [this] { end_minute(); });
}

void StoreLog::end_minute() {
  const std::lock_guard lock(mutex_);
  in_minute_ = false;
  again_said_ = false;
  if (held_ == 0) return;
  log_.write(LogLevel::error, "engine",
             kFailed + last_ + " (" + std::to_string(held_) + " times more in the last minute" +
                 (failing_ ? ")" : std::string("; ") + kAgain + ")"));
  held_ = 0;
  begin_minute();
}

}  // namespace greentill::engine
