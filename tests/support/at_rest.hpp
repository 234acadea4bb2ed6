// SPDX-License-Identifier: Apache-2.0
// When nothing moves any more: how a test knows that what has not come by now does not come.
#pragma once

#include <sys/types.h>
#include <unistd.h>

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <limits>
#include <map>
#include <optional>
#include <set>
#include <sstream>
#include <string>

#include "tests/support/wait.hpp"

namespace greentill::test {

/// What the system says of a thread. It is asleep where it waits, has ended or is stopped; `sleeps`: how often it has begun to
/// wait.
struct ThreadState {
  pid_t parent = 0;
  bool is_asleep = false;
  bool has_ended = false;
  std::uint64_t sleeps = 0;
  bool operator==(const ThreadState&) const = default;
};

/// Of /proc/PID or /proc/PID/task/TID; nothing where there is none.
inline std::optional<ThreadState> thread_state(const std::filesystem::path& folder) {
  std::ifstream in(folder / "status");
  ThreadState found;
  bool known = false;
  for (std::string key; in >> key;) {
    if (key == "State:") {
      std::string state;
      in >> state;
      found.has_ended = state == "Z" || state == "X";
      found.is_asleep = found.has_ended || state == "S" || state == "T" || state == "t";
      known = true;
    } else if (key == "PPid:") {
      in >> found.parent;
    } else if (key == "voluntary_ctxt_switches:") {
      in >> found.sleeps;
    }
    in.ignore(std::numeric_limits<std::streamsize>::max(), '\n');
  }
  return known ? std::optional(found) : std::nullopt;
}

/// How often a process's first thread has begun to wait; all the more where it has ended.
inline std::uint64_t sleeps_of(pid_t pid) {
  const auto state = thread_state("/proc/" + std::to_string(pid));
  return !state || state->has_ended ? UINT64_MAX : state->sleeps;
}

/// This process and whatever descends from it.
inline std::set<pid_t> family() {
  std::map<pid_t, pid_t> parents;
  for (const auto& entry : std::filesystem::directory_iterator("/proc")) {
    const std::string name = entry.path().filename();
    if (name.find_first_not_of("0123456789") != std::string::npos) continue;
    if (const auto state = thread_state(entry.path())) parents[std::stoi(name)] = state->parent;
  }
  std::set<pid_t> found{::getpid()};
  for (std::size_t before = 0; before != found.size();) {
    before = found.size();
    for (const auto& [pid, parent] : parents) {
      if (found.contains(parent)) found.insert(pid);
    }
  }
  return found;
}

/// All threads of the family but the caller's.
inline std::map<pid_t, ThreadState> other_threads() {
  std::map<pid_t, ThreadState> found;
  for (const pid_t pid : family()) {
    std::error_code gone;
    const std::filesystem::path tasks = "/proc/" + std::to_string(pid) + "/task";
    for (std::filesystem::directory_iterator entry(tasks, gone), end; !gone && entry != end; entry.increment(gone)) {
      const pid_t thread = std::stoi(entry->path().filename());
      if (thread == ::gettid()) continue;
      if (const auto state = thread_state(entry->path())) found[thread] = *state;
    }
  }
  return found;
}

/// Whether there was an instant at which all others slept: those that sleep and have not begun to anew between two looks at all
/// slept from the first look's end to the second one's begin. Who wakes another does so before it sleeps itself.
inline bool are_all_asleep() {
  const auto before = other_threads();
  for (const auto& [thread, state] : before) {
    if (!state.is_asleep) return false;
  }
  return other_threads() == before;
}

/// Waits for such an instant: of what was begun before, only what waits for a timer is left.
inline bool come_to_rest() { return eventually(are_all_asleep); }

/// Whether nothing is on its way over a TCP port of this machine: neither sent and not yet acknowledged, nor come and not yet
/// read.
inline bool is_quiet(int port) {
  for (const char* table : {"/proc/net/tcp", "/proc/net/tcp6"}) {
    std::ifstream in(table);
    std::string line;
    std::getline(in, line);
    while (std::getline(in, line)) {
      std::istringstream fields(line);
      std::string number, local, remote, state, queues;
      fields >> number >> local >> remote >> state >> queues;
      const auto is_ours = [port](const std::string& address) {
        return std::stoi(address.substr(address.find(':') + 1), nullptr, 16) == port;
      };
      constexpr const char* kListening = "0A";
      if (state != kListening && (is_ours(local) || is_ours(remote)) && queues != "00000000:00000000") return false;
    }
  }
  return true;
}

/// As come_to_rest(), with nothing on its way over the port.
inline bool come_to_rest(int port) {
  return eventually([port] {
    const auto before = other_threads();
    return are_all_asleep() && is_quiet(port) && other_threads() == before;
  });
}

}  // namespace greentill::test
