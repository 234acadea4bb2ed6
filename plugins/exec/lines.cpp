// SPDX-License-Identifier: Apache-2.0
#include "plugins/exec/lines.hpp"

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <stdexcept>

namespace greentill::exec {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;
constexpr std::size_t kReadBytes = 64u << 10;

bool wait_for(int descriptor, short events, milliseconds time) {
  pollfd waiting{descriptor, events, 0};
  const int limit = time < milliseconds(0) ? -1 : static_cast<int>(std::min<std::int64_t>(time.count(), 1 << 30));
  return ::poll(&waiting, 1, limit) > 0;
}

[[noreturn]] void not_reading() { throw std::runtime_error("it does not read its standard input any more"); }

}  // namespace

std::optional<std::string_view> LineReader::next(milliseconds time) {
  const auto deadline = steady_clock::now() + time;
  for (;;) {
    if (auto line = buffered()) return line;
    const auto left = std::chrono::ceil<milliseconds>(deadline - steady_clock::now());
    if (!wait_for(descriptor_, POLLIN, time < milliseconds(0) ? time : std::max(left, milliseconds(0)))) {
      if (time >= milliseconds(0) && left <= milliseconds(0)) return std::nullopt;
      continue;
    }
    read_more();
  }
}

std::optional<std::string_view> LineReader::buffered() {
  const std::size_t end = buffer_.find('\n', scanned_);
  if (end == std::string::npos) {
    scanned_ = buffer_.size();
    if (scanned_ - begin_ >= kMaxLineBytes) throw std::runtime_error("it wrote a line of more than 1048576 bytes");
    return std::nullopt;
  }
  const std::string_view line = std::string_view(buffer_).substr(begin_, end - begin_);
  begin_ = scanned_ = end + 1;
  if (line.size() >= kMaxLineBytes) throw std::runtime_error("it wrote a line of more than 1048576 bytes");
  return line;
}

void LineReader::read_more() {
  buffer_.erase(0, begin_);
  scanned_ -= begin_;
  begin_ = 0;
  const std::size_t have = buffer_.size();
  buffer_.resize(have + kReadBytes);
  const ssize_t got = ::read(descriptor_, buffer_.data() + have, kReadBytes);
  const int error = errno;
  buffer_.resize(have + static_cast<std::size_t>(std::max<ssize_t>(got, 0)));
  if (got > 0 || (got < 0 && (error == EINTR || error == EAGAIN))) return;
  throw std::runtime_error(have > 0 ? "it closed its standard output within a line" : "it closed its standard output");
}

LineWriter::LineWriter(int descriptor) : descriptor_(descriptor) {
  ::fcntl(descriptor_, F_SETFL, ::fcntl(descriptor_, F_GETFL) | O_NONBLOCK);
}

void LineWriter::send(std::string_view line) {
  while (!line.empty()) {
    const ssize_t sent = ::write(descriptor_, line.data(), line.size());
    if (sent > 0) {
      line.remove_prefix(static_cast<std::size_t>(sent));
    } else if (errno == EAGAIN) {
      wait_for(descriptor_, POLLOUT, milliseconds(-1));
    } else if (errno != EINTR) {
      not_reading();
    }
  }
}

bool LineWriter::try_send(std::string_view line) {
  // POSIX: a pipe takes up to PIPE_BUF bytes (at least 512) all at once or not at all.
  const ssize_t sent = ::write(descriptor_, line.data(), line.size());
  if (sent >= 0) return true;
  if (errno != EAGAIN && errno != EINTR) not_reading();
  return false;
}

}  // namespace greentill::exec
