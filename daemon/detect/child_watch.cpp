// SPDX-License-Identifier: Apache-2.0
#include "daemon/detect/child_watch.hpp"

#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <system_error>

#include "daemon/base/text.hpp"

namespace greentill::detect {
namespace {

constexpr std::chrono::seconds kBetweenLooks{1};

struct Holding {
  std::uint64_t tasks = 0;
  std::uint64_t memory_bytes = 0;
};

/// Adds what a process holds; nothing where it is gone.
void add(const std::filesystem::path& process, Holding& to) {
  std::ifstream status(process / "status");
  for (std::string line; std::getline(status, line);) {
    const std::size_t colon = line.find(':');
    if (colon == std::string::npos) continue;
    const std::string key = line.substr(0, colon);
    const auto number = parse_integer<std::uint64_t>(split(trimmed(line.substr(colon + 1)), ' ')[0]);
    if (!number) continue;
    if (key == "Threads") to.tasks += *number;
    if (key == "RssAnon" || key == "RssShmem" || key == "VmSwap") to.memory_bytes += *number << 10;
  }
}

Holding of_group(pid_t group) {
  Holding all;
  std::error_code error;
  for (std::filesystem::directory_iterator entry("/proc", error), end; !error && entry != end; entry.increment(error)) {
    const auto pid = parse_integer<pid_t>(entry->path().filename().string());
    if (pid && ::getpgid(*pid) == group) add(entry->path(), all);
  }
  return all;
}

}  // namespace

std::string ChildWatch::look() {
  const auto now = std::chrono::steady_clock::now();
  if (now - looked_ < kBetweenLooks) return {};
  looked_ = now;
  Holding all;
  if (has_program_) {
    all = of_group(child_);
  } else {
    add("/proc/" + std::to_string(child_), all);
  }
  if (all.tasks > kMostTasks) {
    return "it has " + std::to_string(all.tasks) + " threads and processes, more than the " + std::to_string(kMostTasks) +
           " that a plugin may have";
  }
#ifndef GREENTILL_SANITIZED
  if (all.memory_bytes > memory_bytes_ + kMemoryBesides) {
    return "it holds " + std::to_string(all.memory_bytes >> 20) +
           " MiB of memory, more than memory_mb = " + std::to_string(memory_bytes_ >> 20) + " allows";
  }
#endif
  return {};
}

}  // namespace greentill::detect
