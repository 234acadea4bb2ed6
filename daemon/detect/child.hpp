// SPDX-License-Identifier: Apache-2.0
// A greentill-plugin-host process, our end of the socket pair to it, our end of the pipe that is its standard error, and a page
// of memory that it shares with us. The process gets no other descriptor of ours and no environment, and leads a process group of
// its own. It is killed with all of that group when this object is destroyed, and by PR_SET_PDEATHSIG when the thread that
// spawned it ends. Threads: one thread.
#pragma once

#include <sys/types.h>

#include <filesystem>
#include <memory>
#include <string>
#include <utility>

#include "daemon/base/backoff.hpp"
#include "daemon/base/error.hpp"
#include "daemon/base/ports.hpp"
#include "daemon/detect/attempt_page.hpp"
#include "daemon/detect/child_output.hpp"
#include "daemon/detect/frames.hpp"

namespace greentill::detect {

class Child {
 public:
  static Result<std::unique_ptr<Child>> spawn(const std::filesystem::path& host_program);
  ~Child();
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;

  [[nodiscard]] FrameChannel& channel() { return channel_; }
  [[nodiscard]] ChildOutput& output() { return output_; }
  [[nodiscard]] pid_t pid() const { return pid_; }
  /// What a source was last about to read; also once it has ended.
  [[nodiscard]] Attempt attempt() const { return attempts_.read(); }
  /// Kills the process where it still runs, logs the last of its output, and says how it ended: "was ended by signal 11
  /// (Segmentation fault)".
  std::string end(PluginHealth& health);

 private:
  Child(pid_t pid, int socket, int output, AttemptPage attempts)
      : pid_(pid), channel_(socket), output_(output), attempts_(std::move(attempts)) {}
  std::string kill_group();
  pid_t pid_;
  FrameChannel channel_;
  ChildOutput output_;
  AttemptPage attempts_;
};

/// How a process ended, from a status of waitpid(2): "exited with status 1".
std::string text_of_end(int status);

/// How long to wait before a plugin is started again: 100 ms doubling to 30 s.
class RestartDelay {
 public:
  explicit RestartDelay(const Clock& clock) : clock_(clock) {}
  void failed() { next_ = clock_.monotonic() + doubled(kFirst, static_cast<unsigned>(failures_++), kMost); }
  /// The plugin did something useful: the wait after its next failure is short again.
  void reset() { failures_ = 0; }
  /// Failures in a row.
  [[nodiscard]] std::uint64_t failures() const { return failures_; }
  [[nodiscard]] bool due() const { return clock_.monotonic() >= next_; }

 private:
  static constexpr std::chrono::milliseconds kFirst{100};
  static constexpr std::chrono::milliseconds kMost{30'000};
  const Clock& clock_;
  std::chrono::milliseconds next_{0};
  std::uint64_t failures_ = 0;
};

}  // namespace greentill::detect
