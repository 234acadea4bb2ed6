// SPDX-License-Identifier: Apache-2.0
#include "daemon/base/system.hpp"

#include <sys/random.h>
#include <sys/timex.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <string>

namespace greentill {

std::int64_t SystemClock::unix_seconds() const {
  return std::chrono::duration_cast<std::chrono::seconds>(std::chrono::system_clock::now().time_since_epoch()).count();
}

std::chrono::milliseconds SystemClock::monotonic() const {
  return std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now().time_since_epoch());
}

bool SystemClock::synchronised() const {
  timex query{};
  const int state = ::adjtimex(&query);
  return state >= 0 && state != TIME_ERROR;
}

void SystemRandom::fill(MutableBytes out) {
  while (!out.empty()) {
    const ssize_t count = ::getrandom(out.data(), out.size(), 0);
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) std::abort();
    out = out.subspan(static_cast<std::size_t>(count));
  }
}

void StderrLog::write(LogLevel level, std::string_view module, std::string_view message) {
  if (level < least_) return;
  static constexpr std::string_view kPriorities[] = {"<7>", "<6>", "<4>", "<3>"};
  std::string line(kPriorities[static_cast<std::size_t>(level)]);
  line.append(module).append(": ");
  for (const char letter : message) line += static_cast<unsigned char>(letter) < 0x20 || letter == 0x7f ? ' ' : letter;
  line += '\n';
  const std::lock_guard lock(mutex_);
  std::fwrite(line.data(), 1, line.size(), stderr);
}

}  // namespace greentill
