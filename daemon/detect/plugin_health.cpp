// SPDX-License-Identifier: Apache-2.0
#include "daemon/detect/plugin_health.hpp"

namespace greentill::detect {

PluginHealth::PluginHealth(std::string name, Log& log)
    : log_(log), words_{"plugin", name + ": "}, faults_{"plugin", name + ": "}, records_{name, ""}, part_faults_{name, ""} {
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

void PluginHealth::rejected(std::string_view where, std::string_view why) {
  write(LogLevel::warning, std::string(where) + ": " + std::string(why), records_);
}

void PluginHealth::tell(Part part) {
  const std::string line = part.kind + ' ' + part.name + ": " + part.fault;
  bool news = false;
  {
    const std::lock_guard lock(mutex_);
    news = parts_.tell(std::move(part));
  }
  if (news) write(LogLevel::warning, line, part_faults_);
}

void PluginHealth::tell_left_out() {
  for (Kind* kind : {&words_, &faults_, &records_, &part_faults_}) {
    std::uint64_t left_out = 0;
    {
      const std::lock_guard lock(mutex_);
      left_out = kind->allowance.take_left_out();
    }
    tell_left_out(*kind, left_out);
  }
}

void PluginHealth::write(LogLevel level, std::string_view message, Kind& kind) {
  std::optional<std::uint64_t> left_out;
  {
    const std::lock_guard lock(mutex_);
    left_out = kind.allowance.take(std::chrono::steady_clock::now().time_since_epoch());
  }
  if (!left_out) return;
  tell_left_out(kind, *left_out);
  log_.write(level, kind.module, kind.front + std::string(message));
}

void PluginHealth::tell_left_out(const Kind& kind, std::uint64_t count) {
  if (count == 0) return;
  log_.write(LogLevel::warning, kind.module, kind.front + std::to_string(count) + " lines were left out here");
}

PluginStatus PluginHealth::snapshot() const {
  const std::lock_guard lock(mutex_);
  PluginStatus status = status_;
  status.parts = parts_.all();
  return status;
}

}  // namespace greentill::detect
