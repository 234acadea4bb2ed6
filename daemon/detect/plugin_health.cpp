// SPDX-License-Identifier: Apache-2.0
#include "daemon/detect/plugin_health.hpp"

namespace greentill::detect {

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
  if (news) log(LogLevel::warning, what);
}

void PluginHealth::set_state(std::string_view state) {
  const std::lock_guard lock(mutex_);
  status_.state = state;
}

void PluginHealth::set_version(std::string_view version) {
  const std::lock_guard lock(mutex_);
  status_.version = version;
}

void PluginHealth::log(LogLevel level, std::string_view message) {
  // The name is set once, in the constructor.
  log_.write(level, "plugin", status_.name + ": " + std::string(message));
}

PluginStatus PluginHealth::snapshot() const {
  const std::lock_guard lock(mutex_);
  return status_;
}

}  // namespace greentill::detect
