// SPDX-License-Identifier: Apache-2.0
#include "daemon/base/stderr_log.hpp"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <unistd.h>

#include <cerrno>
#include <climits>
#include <condition_variable>
#include <cstdlib>
#include <exception>
#include <mutex>
#include <string>
#include <system_error>
#include <utility>

#include "daemon/base/log_form.hpp"
#include "daemon/base/log_queue.hpp"
#include "daemon/base/printable.hpp"

namespace greentill {
namespace {

constexpr std::chrono::milliseconds kLongestFarewell{500};
constexpr std::chrono::seconds kTryAgain{1};
constexpr std::size_t kAtOnceBytes = PIPE_BUF;  // what a pipe that has room takes without waiting

void hold_standard_descriptors() {
  for (int number = STDIN_FILENO; number <= STDERR_FILENO; ++number) {
    // The lowest free number is given, which is this one.
    if (::fcntl(number, F_GETFD) < 0 && errno == EBADF) (void)::open("/dev/null", O_RDWR);
  }
}

/// In the writer's thread SIGPIPE and SIGXFSZ, which a write can raise, end nothing, and all others are somebody else's.
void leave_signals_to_others() {
  sigset_t all;
  sigfillset(&all);
  ::pthread_sigmask(SIG_BLOCK, &all, nullptr);
}

/// Ends the program by an exception that nobody caught, as libstdc++ would, which waits for whoever reads standard error.
[[noreturn]] void end_by_exception() {
  std::string why = "an exception was not caught";
  try {
    if (const auto thrown = std::current_exception()) std::rethrow_exception(thrown);
  } catch (const std::exception& error) {
    why = why + ": " + error.what();
  } catch (...) {
    why += ", which is none of the standard library's";
  }
  const std::string text = printable(why.substr(0, kAtOnceBytes / 8)) + '\n';
  pollfd room{STDERR_FILENO, POLLOUT, 0};
  if (::poll(&room, 1, 0) == 1 && (room.revents & POLLOUT) != 0) (void)!::write(STDERR_FILENO, text.data(), text.size());
  std::abort();
}

/// Writes the rest of a text; 0, or the error that keeps it from being written now. `text` loses what was written.
int put(int descriptor, std::string_view& text) {
  while (!text.empty()) {
    const ssize_t count = ::write(descriptor, text.data(), text.size());
    if (count > 0) {
      text.remove_prefix(static_cast<std::size_t>(count));
    } else if (count < 0 && errno == EAGAIN) {  // whoever shares the descriptor has made it non-blocking
      pollfd room{descriptor, POLLOUT, 0};
      ::poll(&room, 1, -1);
    } else if (count == 0 || errno != EINTR) {
      return count == 0 ? EIO : errno;
    }
  }
  return 0;
}

}  // namespace

struct StderrLog::Shared {
  std::mutex mutex;
  std::condition_variable wake;      // there is a line, or the end has come
  std::condition_variable finished;  // everything is written, or cannot be
  LogQueue queue;
  bool stopping = false;
  bool done = false;
  std::string refusal;  // why the last write failed, until that was told
  const int descriptor;
  const LogForm form;

  explicit Shared(int to) : descriptor(to), form(log_form_of(to)) {}

  /// The writer's thread.
  void run() {
    leave_signals_to_others();
    std::unique_lock lock(mutex);
    for (;;) {
      tell_lost();
      wake.wait(lock, [this] { return stopping || !queue.empty(); });
      const auto line = queue.pop();
      if (!line || !write(*line, lock)) break;
    }
    done = true;
    finished.notify_all();
  }

  void tell_lost() {
    const auto lost = queue.reopen();
    if (!lost) return;
    const std::string why = refusal.empty() ? "nobody read them in time" : "they could not be written: " + refusal;
    queue.push(line_about(*lost, why, std::chrono::system_clock::now()));
    refusal.clear();
  }

  /// Tries again and again; false where it failed and the end has come. Only the waiting is done under the lock.
  bool write(const LogLine& line, std::unique_lock<std::mutex>& lock) {
    std::string text;
    std::string_view rest;
    for (;;) {
      const bool last_try = stopping;
      lock.unlock();
      if (text.empty()) rest = text = log_text(form, line);
      const int error = put(descriptor, rest);
      lock.lock();
      if (error == 0) {
        if (!queue.leaves_out()) refusal.clear();
        return true;
      }
      refusal = std::generic_category().message(error);
      if (last_try) return false;
      wake.wait_for(lock, kTryAgain, [this] { return stopping; });
    }
  }
};

StderrLog::StderrLog(LogLevel least, int descriptor) : least_(least) {
  hold_standard_descriptors();
  std::set_terminate(end_by_exception);
  shared_ = std::make_shared<Shared>(descriptor);
  writer_ = std::thread([shared = shared_] { shared->run(); });
}

StderrLog::~StderrLog() {
  std::unique_lock lock(shared_->mutex);
  shared_->stopping = true;
  shared_->wake.notify_all();
  const bool done = shared_->finished.wait_for(lock, kLongestFarewell, [this] { return shared_->done; });
  lock.unlock();
  done ? writer_.join() : writer_.detach();
}

void StderrLog::write(LogLevel level, std::string_view module, std::string_view message) {
  if (level >= least_.load(std::memory_order_relaxed)) push(level, module, message, false);
}

void StderrLog::complain(std::string_view program, std::string_view message) { push(LogLevel::error, program, message, true); }

void StderrLog::push(LogLevel level, std::string_view module, std::string_view message, bool for_caller) {
  // One byte more than is written, by which a cut is known.
  LogLine line{level, std::chrono::system_clock::now(), std::string(module),
               std::string(message.substr(0, LogQueue::kMostMessageBytes + 1)), for_caller};
  {
    const std::lock_guard lock(shared_->mutex);
    shared_->queue.push(std::move(line));
  }
  shared_->wake.notify_one();
}

std::uint64_t StderrLog::lines_lost() const {
  const std::lock_guard lock(shared_->mutex);
  return shared_->queue.lost();
}

}  // namespace greentill
