// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/printer-relay/sockets.hpp"

#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <memory>
#include <stdexcept>

#include "tests/support/at_rest.hpp"

namespace greentill::relay::test {

using greentill::test::come_to_rest;

namespace {

constexpr int kPatienceMs = std::chrono::milliseconds(greentill::test::kPatience).count();

sockaddr_in loopback(std::uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

bool wait_for(int socket, short events, int ms = kPatienceMs) {
  pollfd one{socket, events, 0};
  return ::poll(&one, 1, ms) == 1;
}

std::uint16_t port_of(int socket) {
  sockaddr_in address{};
  socklen_t size = sizeof address;
  ::getsockname(socket, reinterpret_cast<sockaddr*>(&address), &size);
  return ntohs(address.sin_port);
}

int listen_on(std::uint16_t port) {
  const int socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const int on = 1;
  ::setsockopt(socket, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  const sockaddr_in address = loopback(port);
  if (::bind(socket, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0 || ::listen(socket, 64) != 0) {
    ::close(socket);
    throw std::runtime_error("the port cannot be listened on");
  }
  return socket;
}

}  // namespace

bool connect_socket(int socket, std::uint16_t port) {
  const sockaddr_in address = loopback(port);
  return ::connect(socket, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
}

Till::Till(std::uint16_t port) : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
  const int on = 1;
  ::setsockopt(socket_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  if (connect_socket(socket_, port)) return;
  ::close(socket_);
  throw std::runtime_error("nobody listens");
}

Till::~Till() { ::close(socket_); }

bool Till::send(std::string_view bytes, std::size_t piece) {
  while (!bytes.empty()) {
    const ssize_t put = ::send(socket_, bytes.data(), std::min(piece, bytes.size()), MSG_NOSIGNAL);
    if (put < 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(put));
  }
  return true;
}

std::size_t Till::send_until_stuck(std::string_view bytes) {
  std::size_t sent = 0;
  while (sent < bytes.size() && (wait_for(socket_, POLLOUT, 0) || (come_to_rest() && wait_for(socket_, POLLOUT, 0)))) {
    const ssize_t put = ::send(socket_, bytes.data() + sent, bytes.size() - sent, MSG_NOSIGNAL | MSG_DONTWAIT);
    if (put <= 0) break;
    sent += static_cast<std::size_t>(put);
  }
  return sent;
}

void Till::end_sending() { ::shutdown(socket_, SHUT_WR); }

void Till::break_off() { break_off_when_closed(socket_); }

std::string Till::receive(std::size_t size) {
  std::string all(size, '\0');
  std::size_t have = 0;
  while (have < size && wait_for(socket_, POLLIN)) {
    const ssize_t got = ::recv(socket_, all.data() + have, size - have, 0);
    if (got <= 0) break;
    have += static_cast<std::size_t>(got);
  }
  all.resize(have);
  return all;
}

Till::End Till::end() {
  std::array<char, 4096> ignored{};
  while (wait_for(socket_, POLLIN)) {
    const ssize_t got = ::recv(socket_, ignored.data(), ignored.size(), 0);
    if (got == 0) return End::closed;
    if (got < 0) return End::reset;
  }
  return End::still_open;
}

Printer::Printer(Serve serve, std::uint16_t port)
    : serve_(std::move(serve)), listener_(listen_on(port)), port_(port_of(listener_)), acceptor_([this] { accept(); }) {}

Printer::~Printer() {
  ::shutdown(listener_, SHUT_RDWR);
  acceptor_.join();
  ::close(listener_);
  for (std::thread& thread : threads_) {
    if (thread.joinable()) thread.join();
  }
}

void Printer::accept() {
  for (;;) {
    const int socket = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    if (socket < 0) return;
    const std::lock_guard lock(mutex_);
    received_.push_back(std::make_unique<std::string>());
    threads_.emplace_back([this, socket, into = received_.back().get()] {
      serve_(socket, *into);
      ::close(socket);
    });
  }
}

std::vector<std::string> Printer::received() {
  std::vector<std::thread*> threads;
  {
    const std::lock_guard lock(mutex_);
    for (std::thread& thread : threads_) threads.push_back(&thread);
  }
  for (std::thread* thread : threads) {
    if (thread->joinable()) thread->join();
  }
  const std::lock_guard lock(mutex_);
  std::vector<std::string> all;
  for (const auto& one : received_) all.push_back(*one);
  return all;
}

std::string Printer::answer_to(std::string_view sent) {
  std::string answer(sent);
  for (char& c : answer) c = static_cast<char>(c ^ 0x55);
  return answer;
}

void Printer::answer(int socket, std::string& received) {
  std::array<char, 8192> buffer{};
  for (;;) {
    const ssize_t got = ::recv(socket, buffer.data(), buffer.size(), 0);
    if (got <= 0) return;
    const std::string_view bytes(buffer.data(), static_cast<std::size_t>(got));
    received += bytes;
    const std::string back = answer_to(bytes);
    for (std::size_t at = 0; at < back.size();) {
      const ssize_t put = ::send(socket, back.data() + at, back.size() - at, MSG_NOSIGNAL);
      if (put < 0) return;
      at += static_cast<std::size_t>(put);
    }
  }
}

void break_off_when_closed(int socket) {
  const linger at_once{1, 0};
  ::setsockopt(socket, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
}

std::uint16_t free_port() {
  const int socket = listen_on(0);
  const std::uint16_t port = port_of(socket);
  ::close(socket);
  return port;
}

}  // namespace greentill::relay::test
