// SPDX-License-Identifier: Apache-2.0
#include "daemon/detect/child_watch.hpp"

#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <system_error>
#include <vector>

#include "daemon/base/text.hpp"

namespace greentill::detect {
namespace {

constexpr std::chrono::seconds kBetweenLooks{1};

using Processes = std::vector<std::filesystem::path>;

struct Holding {
  std::uint64_t tasks = 0;
  std::uint64_t memory_bytes = 0;
};

/// Calls use(key, number) for each line of a file of /proc that has a number; for none where the process is gone.
template <typename Use>
void each_number(const std::filesystem::path& file, const Use& use) {
  std::ifstream text(file);
  for (std::string line; std::getline(text, line);) {
    const std::size_t colon = line.find(':');
    if (colon == std::string::npos) continue;
    const std::string rest = line.substr(colon + 1);
    if (const auto number = parse_integer<std::uint64_t>(split(trimmed(rest), ' ')[0])) use(line.substr(0, colon), *number);
  }
}

/// Adds what a process holds, each page in full, as often as it is shared.
void add(const std::filesystem::path& process, Holding& to) {
  each_number(process / "status", [&](const std::string& key, std::uint64_t number) {
    if (key == "Threads") to.tasks += number;
    if (key == "RssAnon" || key == "RssShmem" || key == "VmSwap") to.memory_bytes += number << 10;
  });
}

Processes of_group(pid_t group) {
  Processes all;
  std::error_code error;
  for (std::filesystem::directory_iterator entry("/proc", error), end; !error && entry != end; entry.increment(error)) {
    const auto pid = parse_integer<pid_t>(entry->path().filename().string());
    if (pid && ::getpgid(*pid) == group) all.push_back(entry->path());
  }
  return all;
}

#ifndef GREENTILL_SANITIZED
/// The memory of all of them together. Of a page that several share, as after fork(), each is given its part; where the kernel
/// does not tell that of a process, that process's pages count in full. It walks through all pages, so it is not for each look.
std::uint64_t shared_out(const Processes& processes) {
  std::uint64_t bytes = 0;
  for (const auto& process : processes) {
    bool is_told = false;
    each_number(process / "smaps_rollup", [&](const std::string& key, std::uint64_t number) {
      is_told = is_told || key == "Pss_Anon";
      if (key == "Pss_Anon" || key == "Pss_Shmem" || key == "SwapPss") bytes += number << 10;
    });
    if (is_told) continue;
    Holding full;
    add(process, full);
    bytes += full.memory_bytes;
  }
  return bytes;
}
#endif

}  // namespace

std::string ChildWatch::look() {
  const auto now = std::chrono::steady_clock::now();
  if (now - looked_ < kBetweenLooks) return {};
  looked_ = now;
  const Processes processes = has_program_ ? of_group(child_) : Processes{"/proc/" + std::to_string(child_)};
  Holding all;
  for (const auto& process : processes) add(process, all);
  if (all.tasks > kMostTasks) {
    return "it has " + std::to_string(all.tasks) + " threads and processes, more than the " + std::to_string(kMostTasks) +
           " that a plugin may have";
  }
#ifndef GREENTILL_SANITIZED
  const std::uint64_t most = memory_bytes_ + kMemoryBesides;
  if (all.memory_bytes > most && has_program_) all.memory_bytes = shared_out(processes);
  if (all.memory_bytes > most) {
    return "it holds " + std::to_string(all.memory_bytes >> 20) +
           " MiB of memory, more than memory_mb = " + std::to_string(memory_bytes_ >> 20) + " allows";
  }
#endif
  return {};
}

}  // namespace greentill::detect
