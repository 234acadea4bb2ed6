// SPDX-License-Identifier: Apache-2.0
#include "daemon/api/connection.hpp"

#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <utility>

namespace greentill::api {
namespace {

constexpr std::size_t kReadBytes = 16u << 10;
constexpr std::size_t kSendAtBytes = 16u << 10;
constexpr int kGlanceMs = 100;  // how often a wait looks whether the server stops or needs the thread

ssize_t read_into(int socket, Input& input) {
  std::array<char, kReadBytes> bytes;
  ssize_t count = -1;
  do count = ::recv(socket, bytes.data(), bytes.size(), MSG_DONTWAIT);
  while (count < 0 && errno == EINTR);
  if (count > 0) input.append({bytes.data(), static_cast<std::size_t>(count)});
  return count;
}

bool would_block(ssize_t count) { return count < 0 && (errno == EAGAIN || errno == EWOULDBLOCK); }

}  // namespace

Connection::Connection(int socket, std::string peer, const Load& load, const Patience& patience)
    : socket_(socket), peer_(std::move(peer)), load_(load), patience_(patience), deadline_(Clock::now() + patience.idle) {}

Connection::~Connection() { ::close(socket_); }

Arrival Connection::receive() {
  const ssize_t count = read_into(socket_, input_);
  if (count <= 0) return would_block(count) ? Arrival::nothing : Arrival::end;
  if (lingers_) input_ = {};
  return take_head() ? Arrival::request : Arrival::nothing;
}

bool Connection::take_head() {
  if (input_.rest().empty()) return false;
  auto head = parse_head(input_.rest());
  const bool was_in_head = std::exchange(in_head_, !head);
  if (!head) {
    if (!was_in_head) deadline_ = Clock::now() + patience_.head;
    return false;
  }
  head_ = *std::move(head);
  input_.take(head_.bytes);
  body_bytes_ = static_cast<std::int64_t>(input_.rest().size());
  body_wait_ = write_wait_ = {};
  return true;
}

bool Connection::read_body(const Receiver& receive) {
  return api::read_body(
      head_, input_, [this] { return fill(); }, receive);
}

bool Connection::fill() {
  if (!flush()) return false;  // "100 Continue" must leave before the body can come
  for (;;) {
    const ssize_t count = read_into(socket_, input_);
    if (!would_block(count)) {
      body_bytes_ += count;
      return count > 0;
    }
    const auto earned = std::chrono::milliseconds(body_bytes_ * 1000 / patience_.body_bytes_a_second);
    if (!wait(POLLIN, std::min<Clock::duration>(patience_.body + earned - body_wait_, patience_.body_pause), body_wait_))
      return false;
  }
}

bool Connection::write(std::string_view bytes) {
  out_.append(bytes);
  return out_.size() < kSendAtBytes || flush();
}

bool Connection::flush() {
  std::string_view rest = out_;
  while (!rest.empty() && !broken_) {
    const ssize_t count = ::send(socket_, rest.data(), rest.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
    if (count >= 0) {
      rest.remove_prefix(static_cast<std::size_t>(count));
    } else if (errno != EINTR) {
      broken_ = !would_block(count) || !wait(POLLOUT, patience_.write_pause, write_wait_);
    }
  }
  out_ = {};
  return !broken_;
}

// Waits at most `most` for the socket to become ready or its peer to close it, and adds the time spent to `waited`. False where
// neither happened, or where the server gives the connection up meanwhile (broken_).
bool Connection::wait(short events, Clock::duration most, Clock::duration& waited) {
  const auto begin = Clock::now();
  const auto before = waited;
  for (bool ready = false;;) {
    const auto now = Clock::now();
    waited = before + (now - begin);
    if (ready) return true;
    if (load_.stopping) stop_at_ = std::min(stop_at_, now + patience_.stop);
    const bool makes_room = events == POLLOUT && waited >= patience_.write_crowded && load_.free_threads == 0;
    broken_ = broken_ || now >= stop_at_ || makes_room;
    if (broken_ || now - begin >= most) return false;
    pollfd entry{socket_, events, 0};
    ready = ::poll(&entry, 1, kGlanceMs) > 0;
  }
}

Arrival Connection::end_answer(bool keep) {
  head_ = {};
  if (!flush()) return Arrival::end;
  deadline_ = Clock::now() + (keep ? patience_.idle : patience_.linger);
  in_use_ = keep;
  lingers_ = !keep;
  if (lingers_) ::shutdown(socket_, SHUT_WR);
  return keep && take_head() ? Arrival::request : Arrival::nothing;
}

}  // namespace greentill::api
