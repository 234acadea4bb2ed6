// SPDX-License-Identifier: Apache-2.0
// The log on standard error, for which nobody ever waits: lines go into bounded memory (log_queue.hpp), and a thread of its own
// writes them, in the form that the reader there needs (log_form.hpp). Where nothing reads, the disk is full or the reader is
// gone, lines are left out, counted, and told of in one line once they are taken again.
//
// A program that is killed or crashes loses what its thread has not written: nothing as a rule, since a line waits only for the
// thread to be woken. Standard error stays a blocking descriptor: O_NONBLOCK would hold for every process that shares it.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <string_view>
#include <thread>

#include "daemon/base/ports.hpp"

namespace greentill {

/// Threads: safe from any thread. A process that forks has the thread in the parent alone.
class StderrLog : public Log {
 public:
  /// Leaves out what is below `least`. `descriptor` must stay open for as long as the process runs. For the whole process:
  /// standard descriptors that are closed are opened on /dev/null, since a file or connection that is opened later would get
  /// their number, and the lines; and what is said of an exception that nobody catches waits for no reader either.
  explicit StderrLog(LogLevel least, int descriptor = 2);
  /// Writes what is left, for half a second at most.
  ~StderrLog() override;
  StderrLog(const StderrLog&) = delete;
  StderrLog& operator=(const StderrLog&) = delete;

  void write(LogLevel level, std::string_view module, std::string_view message) override;
  /// The program's last word to whoever started it: an error under the program's name, at whatever level the log stands.
  void complain(std::string_view program, std::string_view message);
  void set_least(LogLevel least) { least_ = least; }
  /// How many lines were left out so far.
  [[nodiscard]] std::uint64_t lines_lost() const;

 private:
  struct Shared;
  void push(LogLevel level, std::string_view module, std::string_view message, bool for_caller);

  std::atomic<LogLevel> least_;
  std::shared_ptr<Shared> shared_;  // the thread's too, which outlives this object where it hangs in a write
  std::thread writer_;
};

}  // namespace greentill
