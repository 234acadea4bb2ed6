// SPDX-License-Identifier: Apache-2.0
#include "daemon/detect/frames.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

namespace greentill::detect {
namespace {

constexpr std::size_t kReadBytes = 64u << 10;
constexpr std::size_t kLengthBytes = 4;

using std::chrono::steady_clock;

Timeout left_until(steady_clock::time_point deadline, bool endless) {
  if (endless) return kForever;
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - steady_clock::now());
  return std::max(left, std::chrono::milliseconds(0));
}

std::string reason(const char* what) { return std::string(what) + ": " + std::strerror(errno); }

std::size_t length_at(const std::uint8_t* bytes) {
  std::size_t length = 0;
  for (std::size_t i = kLengthBytes; i-- > 0;) length = length << 8 | bytes[i];
  return length;
}

}  // namespace

bool wait_for(int descriptor, short events, Timeout timeout) {
  pollfd waiting{descriptor, events, 0};
  const int milliseconds = timeout < Timeout(0) ? -1 : static_cast<int>(std::min<std::int64_t>(timeout.count(), 1 << 30));
  return ::poll(&waiting, 1, milliseconds) > 0;
}

FrameChannel::FrameChannel(int socket) : socket_(socket) { ::fcntl(socket, F_SETFL, ::fcntl(socket, F_GETFL) | O_NONBLOCK); }

FrameChannel::~FrameChannel() { ::close(socket_); }

Status FrameChannel::send(ByteView head, ByteView body, Timeout timeout) {
  const std::size_t size = head.size() + body.size();
  if (size > kMaxFrameBytes) return fail(ErrorCode::invalid, "a message of " + std::to_string(size) + " bytes is too long");
  const auto deadline = steady_clock::now() + timeout;
  const bool endless = timeout < Timeout(0);
  Bytes<kLengthBytes> length{};
  for (std::size_t i = 0; i < kLengthBytes; ++i) length[i] = static_cast<std::uint8_t>(size >> (8 * i));
  for (const ByteView part : {ByteView(length), head, body}) {
    if (Status sent = send_all(part, deadline, endless); !sent) return sent;
  }
  return Done{};
}

Status FrameChannel::send_all(ByteView bytes, steady_clock::time_point deadline, bool endless) {
  while (!bytes.empty()) {
    const ssize_t sent = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent > 0) {
      bytes = bytes.subspan(static_cast<std::size_t>(sent));
      continue;
    }
    if (errno == EINTR) continue;
    if (errno != EAGAIN) return fail(ErrorCode::unavailable, reason("the other side is gone"));
    const Timeout left = left_until(deadline, endless);
    if (left == Timeout(0) || (!wait_for(socket_, POLLOUT, left) && left_until(deadline, endless) == Timeout(0))) {
      return fail(ErrorCode::unavailable, "the other side takes nothing");
    }
  }
  return Done{};
}

Result<std::optional<ByteView>> FrameChannel::receive(Timeout timeout) {
  const bool endless = timeout < Timeout(0);
  const auto deadline = steady_clock::now() + timeout;
  for (;;) {
    auto frame = buffered();
    if (!frame || *frame) return frame;
    const Result<bool> more = read_more();
    if (!more) return Failure{more.error()};
    if (*more) continue;
    const Timeout left = left_until(deadline, endless);
    if (left == Timeout(0)) return std::optional<ByteView>();
    wait_for(socket_, POLLIN, left);
  }
}

Result<std::optional<ByteView>> FrameChannel::buffered() {
  const std::size_t have = end_ - begin_;
  if (have < kLengthBytes) return std::optional<ByteView>();
  const std::size_t length = length_at(buffer_.data() + begin_);
  if (length > kMaxFrameBytes) return fail(ErrorCode::invalid, "a message of " + std::to_string(length) + " bytes is too long");
  if (have < kLengthBytes + length) return std::optional<ByteView>();
  const std::size_t at = begin_ + kLengthBytes;
  begin_ = at + length;
  return std::optional(ByteView(buffer_).subspan(at, length));
}

Result<bool> FrameChannel::read_more() {
  if (begin_ > 0) {
    std::copy(buffer_.begin() + static_cast<std::ptrdiff_t>(begin_), buffer_.begin() + static_cast<std::ptrdiff_t>(end_),
              buffer_.begin());
    end_ -= begin_;
    begin_ = 0;
  }
  // The buffer grows only as a long frame's bytes come, and shrinks again once that frame was handed out.
  if (end_ < kReadBytes && buffer_.size() > 4 * kReadBytes) {
    buffer_.resize(2 * kReadBytes);
    buffer_.shrink_to_fit();
  }
  if (buffer_.size() < end_ + kReadBytes) buffer_.resize(end_ + kReadBytes);
  for (;;) {
    const ssize_t got = ::recv(socket_, buffer_.data() + end_, buffer_.size() - end_, 0);
    if (got > 0) {
      end_ += static_cast<std::size_t>(got);
      return true;
    }
    if (got == 0) return fail(ErrorCode::unavailable, "the other side is gone");
    if (errno == EAGAIN) return false;
    if (errno != EINTR) return fail(ErrorCode::unavailable, reason("the other side is gone"));
  }
}

}  // namespace greentill::detect
