// SPDX-License-Identifier: Apache-2.0
// A greentill-plugin-host process and our end of the socket pair to it. It gets no other descriptor of ours, and is killed when
// the thread that spawned it ends (prctl's PR_SET_PDEATHSIG) or this object goes. Threads: one thread.
#pragma once

#include <sys/types.h>

#include <filesystem>
#include <memory>
#include <string>

#include "daemon/base/error.hpp"
#include "daemon/base/ports.hpp"
#include "daemon/detect/frames.hpp"

namespace greentill::detect {

class Child {
 public:
  static Result<std::unique_ptr<Child>> spawn(const std::filesystem::path& host_program);
  ~Child();
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;

  [[nodiscard]] FrameChannel& channel() { return channel_; }
  [[nodiscard]] pid_t pid() const { return pid_; }
  /// Kills it where it still runs, and says how it ended: "killed by signal 11 (Segmentation fault)".
  std::string end();

 private:
  Child(pid_t pid, int socket) : pid_(pid), channel_(socket) {}
  pid_t pid_;
  FrameChannel channel_;
};

/// How long to wait before a plugin is started again: 100 ms doubling to 30 s.
class Backoff {
 public:
  explicit Backoff(const Clock& clock) : clock_(clock) {}
  void failed() {
    next_ = clock_.monotonic() + delay_;
    delay_ = std::min(delay_ * 2, std::chrono::milliseconds(30'000));
  }
  /// It did something useful: the next failure starts over.
  void reset() { delay_ = kFirst; }
  [[nodiscard]] bool due() const { return clock_.monotonic() >= next_; }

 private:
  static constexpr std::chrono::milliseconds kFirst{100};
  const Clock& clock_;
  std::chrono::milliseconds delay_ = kFirst;
  std::chrono::milliseconds next_{0};
};

}  // namespace greentill::detect
