// SPDX-License-Identifier: Apache-2.0
#include "daemon/detect/plugin_health.hpp"

namespace greentill::detect {

bool LineAllowance::take(std::chrono::steady_clock::time_point now, std::uint64_t& left_out) {
  if (full_at_ < now) full_at_ = now;
  if (full_at_ + kEach > now + kAtOnce * kEach) {
    ++left_out_;
    return false;
  }
  full_at_ += kEach;
  left_out = left_out_;
  left_out_ = 0;
  return true;
}

PluginHealth::PluginHealth(std::string name, Log& log) : log_(log) {
  status_.name = std::move(name);
  status_.state = "restarting";
}

void PluginHealth::called() {
  const std::lock_guard lock(mutex_);
  ++status_.calls;
}

void PluginHealth::fault(std::string_view what) {
  bool news = false;
  {
    const std::lock_guard lock(mutex_);
    ++status_.faults;
    news = status_.last_fault != what;
    status_.last_fault = what;
  }
  if (news) write(LogLevel::warning, what, faults_);
}

void PluginHealth::set_state(std::string_view state) {
  const std::lock_guard lock(mutex_);
  status_.state = state;
}

void PluginHealth::set_version(std::string_view version) {
  const std::lock_guard lock(mutex_);
  status_.version = version;
}

void PluginHealth::log(LogLevel level, std::string_view message) { write(level, message, words_); }

void PluginHealth::write(LogLevel level, std::string_view message, LineAllowance& allowance) {
  std::uint64_t left_out = 0;
  {
    const std::lock_guard lock(mutex_);
    if (!allowance.take(std::chrono::steady_clock::now(), left_out)) return;
  }
  // The name is set once, in the constructor.
  if (left_out > 0) {
    log_.write(LogLevel::warning, "plugin", status_.name + ": " + std::to_string(left_out) + " lines were left out here");
  }
  log_.write(level, "plugin", status_.name + ": " + std::string(message));
}

PluginStatus PluginHealth::snapshot() const {
  const std::lock_guard lock(mutex_);
  return status_;
}

}  // namespace greentill::detect
