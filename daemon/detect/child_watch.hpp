// SPDX-License-Identifier: Apache-2.0
// Holds a child to what no limit of the kernel bounds for every user: how many threads it has, and how much memory the processes
// of a program hold together. It looks once a second; what a child may take at once is bounded in the child (host/sandbox.hpp).
// Threads: one thread.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <cstdint>
#include <string>

namespace greentill::detect {

/// Threads of a child, those of its program's processes among them.
inline constexpr std::uint64_t kMostTasks = 64;
/// A child's stack, and the host's own memory, beside the memory of its plugin's own that it is granted.
inline constexpr std::uint64_t kMemoryBesides = 32u << 20;

class ChildWatch {
 public:
  /// `child` leads the process group `child`. `has_program`: further processes of that group are counted too.
  ChildWatch(pid_t child, bool has_program, std::uint64_t memory_bytes)
      : child_(child), has_program_(has_program), memory_bytes_(memory_bytes) {}

  /// Why the child is to be ended; empty where it keeps within its bounds, is gone, or was looked at within the last second.
  std::string look();

 private:
  pid_t child_;
  bool has_program_;
  std::uint64_t memory_bytes_;
  std::chrono::steady_clock::time_point looked_{};
};

}  // namespace greentill::detect
