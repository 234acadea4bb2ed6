// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/api/raw_http.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <cstdlib>
#include <stdexcept>
#include <utility>

#include "tests/support/wait.hpp"

namespace greentill::test {
namespace {

constexpr int kPatienceMs = std::chrono::milliseconds(kPatience).count();

}  // namespace

RawConnection::RawConnection(std::uint16_t port) : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (::connect(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
    ::close(socket_);
    throw std::runtime_error("nobody listens");
  }
}

RawConnection::~RawConnection() { ::close(socket_); }

bool RawConnection::send(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t count = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (count <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(count));
  }
  return true;
}

void RawConnection::end_sending() { ::shutdown(socket_, SHUT_WR); }

bool RawConnection::fill() {
  pollfd entry{socket_, POLLIN, 0};
  if (::poll(&entry, 1, kPatienceMs) <= 0) return false;
  std::array<char, 65'536> buffer;
  const ssize_t count = ::recv(socket_, buffer.data(), buffer.size(), 0);
  if (count <= 0) return false;
  received_.append(buffer.data(), static_cast<std::size_t>(count));
  return true;
}

std::string RawConnection::receive() {
  for (;;) {
    const std::size_t head = received_.find("\r\n\r\n");
    if (head != std::string::npos) {
      const std::size_t length = std::strtoul(header_of(received_, "Content-Length").c_str(), nullptr, 10);
      const std::size_t whole = head + 4 + length;
      if (received_.size() >= whole) {
        std::string answer = received_.substr(0, whole);
        received_.erase(0, whole);
        return answer;
      }
    }
    if (!fill()) return received_;
  }
}

std::string RawConnection::receive_all() {
  while (fill()) {
  }
  return std::move(received_);
}

bool RawConnection::ended() {
  pollfd entry{socket_, POLLIN, 0};
  std::array<char, 1> byte{};
  return ::poll(&entry, 1, kPatienceMs) > 0 && ::recv(socket_, byte.data(), byte.size(), 0) <= 0;
}

bool RawConnection::is_open() const {
  char byte = 0;
  const ssize_t count = ::recv(socket_, &byte, 1, MSG_PEEK | MSG_DONTWAIT);
  return count > 0 || (count < 0 && errno == EAGAIN);
}

std::string exchange(std::uint16_t port, std::string_view request) {
  RawConnection connection(port);
  connection.send(request);
  return connection.receive();
}

int status_of(std::string_view answer) {
  return answer.starts_with("HTTP/1.1 ") ? std::atoi(std::string(answer.substr(9, 3)).c_str()) : 0;
}

std::string body_of(std::string_view answer) {
  const std::size_t head = answer.find("\r\n\r\n");
  return head == std::string_view::npos ? "" : std::string(answer.substr(head + 4));
}

std::string header_of(std::string_view answer, std::string_view name) {
  const std::string start = "\r\n" + std::string(name) + ": ";
  const std::size_t begin = answer.substr(0, answer.find("\r\n\r\n")).find(start);
  if (begin == std::string_view::npos) return "";
  const std::size_t value = begin + start.size();
  return std::string(answer.substr(value, answer.find("\r\n", value) - value));
}

}  // namespace greentill::test
