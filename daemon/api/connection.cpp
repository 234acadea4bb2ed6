// SPDX-License-Identifier: Apache-2.0
#include "daemon/api/connection.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "daemon/api/chunk_decoder.hpp"

namespace greentill::api {
namespace {

constexpr std::size_t kMaxHeaderBytes = 32u << 10;
constexpr std::size_t kSendAtBytes = 16u << 10;

using AskKernel = int (*)(int, sockaddr*, socklen_t*);

/// Asked once a connection: it does not change, and the library asks for every request.
void describe(int socket, AskKernel ask, std::string& ip, int& port) {
  sockaddr_storage address{};
  socklen_t size = sizeof address;
  if (ask(socket, reinterpret_cast<sockaddr*>(&address), &size) != 0) return;
  std::array<char, INET6_ADDRSTRLEN> text{};
  if (address.ss_family == AF_INET) {
    sockaddr_in v4{};
    std::memcpy(&v4, &address, sizeof v4);
    ::inet_ntop(AF_INET, &v4.sin_addr, text.data(), text.size());
    port = ntohs(v4.sin_port);
  } else if (address.ss_family == AF_INET6) {
    sockaddr_in6 v6{};
    std::memcpy(&v6, &address, sizeof v6);
    ::inet_ntop(AF_INET6, &v6.sin6_addr, text.data(), text.size());
    port = ntohs(v6.sin6_port);
  }
  ip = text.data();
}

}  // namespace

Connection::Connection(int socket, ConnectionPool& pool, const Patience& patience)
    : socket_(socket), pool_(pool), patience_(patience) {}

Connection::~Connection() { ::close(socket_); }

bool Connection::wait_for_request(bool newcomer) {
  if (has_read_ahead()) return true;
  const auto begin = Clock::now();
  const auto spared_until = newcomer ? begin + patience_.others : begin;
  return wait_for(POLLIN, begin + patience_.idle, spared_until, newcomer ? Hold::stalled : Hold::idle);
}

void Connection::begin_headers() {
  in_headers_ = true;
  header_bytes_ = 0;
  write_wait_ = {};
  header_begin_ = Clock::now();
}

void Connection::end_headers() {
  in_headers_ = false;
  body_bytes_ = 0;
  body_wait_ = {};
}

// Whether the socket is ready, or broken, before the time is over and before this connection has to give way to another.
bool Connection::wait_for(short events, Clock::time_point deadline, Clock::time_point spared_until, Hold hold) {
  for (;;) {
    const auto now = Clock::now();
    if (now >= stop_deadline_) abandoned_ = true;
    const auto last = std::min(deadline, stop_deadline_);
    if (now >= last) return false;
    const bool spared = now < spared_until;
    const auto left = std::chrono::ceil<std::chrono::milliseconds>((spared ? std::min(last, spared_until) : last) - now);
    pollfd entries[2] = {{socket_, events, 0}, {spared ? pool_.stop_event() : pool_.give_way_event(), POLLIN, 0}};
    const bool stopping = stop_deadline_ != Clock::time_point::max();
    if (::poll(entries, stopping ? 1 : 2, static_cast<int>(left.count())) < 0 && errno != EINTR) return false;
    if (entries[0].revents != 0) return true;
    if (entries[1].revents == 0) continue;
    if (spared) {
      stop_deadline_ = Clock::now() + patience_.stop;
      continue;
    }
    switch (pool_.ask(hold)) {
      case Verdict::stay: break;
      case Verdict::stay_for_now: spared_until = Clock::now() + patience_.others; break;
      case Verdict::give_way: abandoned_ = true; return false;
    }
  }
}

bool Connection::wait_readable() {
  if (in_headers_) return wait_for(POLLIN, header_begin_ + patience_.headers, header_begin_ + patience_.others);
  const auto begin = Clock::now();
  const auto earned = std::chrono::milliseconds(body_bytes_ * 1000 / patience_.body_bytes_a_second);
  const auto left = patience_.body + earned - body_wait_;
  // Who sends a body has the token, and does not give way.
  const auto deadline = begin + std::min<Clock::duration>(left, patience_.body_pause);
  const bool ready = wait_for(POLLIN, deadline, Clock::time_point::max());
  body_wait_ += Clock::now() - begin;
  return ready;
}

bool Connection::wait_writable() {
  const auto begin = Clock::now();
  const bool ready = wait_for(POLLOUT, begin + patience_.write_pause, begin + patience_.others_unread - write_wait_);
  write_wait_ += Clock::now() - begin;
  return ready;
}

ssize_t Connection::fill() {
  for (;;) {
    const ssize_t count = ::recv(socket_, ahead_.data(), ahead_.size(), MSG_DONTWAIT);
    if (count >= 0) {
      begin_ = 0;
      end_ = static_cast<std::size_t>(count);
      body_bytes_ += count;
      return count;
    }
    if (errno == EINTR) continue;
    if ((errno != EAGAIN && errno != EWOULDBLOCK) || !wait_readable()) return -1;
  }
}

ssize_t Connection::read_more() {
  if (!out_.empty() && !flush()) return -1;  // "100 Continue" must leave before the body can come
  return fill();
}

ssize_t Connection::read(char* into, size_t size) {
  if (!has_read_ahead()) {
    const ssize_t filled = read_more();
    if (filled <= 0) return filled;
  }
  const std::size_t count = std::min(size, end_ - begin_);
  if (in_headers_ && (header_bytes_ += count) > kMaxHeaderBytes) return -1;
  std::memcpy(into, ahead_.data() + begin_, count);
  begin_ += count;
  return static_cast<ssize_t>(count);
}

bool Connection::read_chunks(const httplib::ContentReceiver& receive) {
  ChunkDecoder decoder;
  while (!decoder.ended()) {
    if (!has_read_ahead() && read_more() <= 0) return false;
    const ChunkDecoder::Piece piece = decoder.next({ahead_.data() + begin_, end_ - begin_});
    begin_ += piece.taken;
    if (decoder.failed()) return false;
    if (!piece.data.empty() && !receive(piece.data.data(), piece.data.size())) return false;
  }
  return true;
}

ssize_t Connection::write(const char* bytes, size_t size) {
  out_.append(bytes, size);
  if (out_.size() >= kSendAtBytes && !flush()) return -1;
  return static_cast<ssize_t>(size);
}

bool Connection::flush() {
  std::string_view rest = out_;
  while (!rest.empty() && !abandoned_) {
    const ssize_t count = ::send(socket_, rest.data(), rest.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
    if (count >= 0) {
      rest.remove_prefix(static_cast<std::size_t>(count));
    } else if (errno != EINTR && ((errno != EAGAIN && errno != EWOULDBLOCK) || !wait_writable())) {
      break;
    }
  }
  const bool sent = rest.empty();
  out_.clear();
  if (out_.capacity() > 2 * kSendAtBytes) out_.shrink_to_fit();
  return sent;
}

void Connection::linger() {
  if (abandoned_) return;
  ::shutdown(socket_, SHUT_WR);
  const auto begin = Clock::now();
  const auto spared_until = begin + patience_.others;
  while (wait_for(POLLIN, begin + patience_.linger, spared_until)) {
    if (Clock::now() >= spared_until && pool_.ask(Hold::stalled) == Verdict::give_way) return;  // it sends without end
    const ssize_t count = ::recv(socket_, ahead_.data(), ahead_.size(), MSG_DONTWAIT);
    if (count == 0 || (count < 0 && errno != EINTR && errno != EAGAIN)) return;
  }
}

void Connection::get_remote_ip_and_port(std::string& ip, int& port) const {
  if (peer_.ip.empty()) describe(socket_, ::getpeername, peer_.ip, peer_.port);
  ip = peer_.ip;
  port = peer_.port;
}

void Connection::get_local_ip_and_port(std::string& ip, int& port) const {
  if (own_.ip.empty()) describe(socket_, ::getsockname, own_.ip, own_.port);
  ip = own_.ip;
  port = own_.port;
}

}  // namespace greentill::api
