// SPDX-License-Identifier: Apache-2.0
// A broker that lets one client in and never says a word more. Without TLS, on a free loopback port.
#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <stdexcept>
#include <string>
#include <thread>

namespace greentill::test {

class MuteBroker {
 public:
  MuteBroker() : listener_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t length = sizeof address;
    auto* generic = reinterpret_cast<sockaddr*>(&address);
    if (::bind(listener_, generic, length) != 0 || ::listen(listener_, 8) != 0 ||
        ::getsockname(listener_, generic, &length) != 0) {
      throw std::runtime_error("cannot listen");
    }
    port_ = ntohs(address.sin_port);
    thread_ = std::thread([this] { serve(); });
  }
  ~MuteBroker() {
    ::shutdown(listener_, SHUT_RDWR);
    thread_.join();
    ::close(listener_);
  }
  MuteBroker(const MuteBroker&) = delete;
  MuteBroker& operator=(const MuteBroker&) = delete;

  [[nodiscard]] std::string uri() const { return "tcp://127.0.0.1:" + std::to_string(port_); }
  [[nodiscard]] int connections() const { return connections_; }

 private:
  void serve() {
    for (;;) {
      const int client = ::accept(listener_, nullptr, nullptr);
      if (client < 0) return;
      ++connections_;
      std::array<char, 4096> buffer{};
      constexpr std::array<unsigned char, 5> kConnack{0x20, 0x03, 0x00, 0x00, 0x00};
      bool open = ::recv(client, buffer.data(), buffer.size(), 0) > 0 &&
                  ::send(client, kConnack.data(), kConnack.size(), MSG_NOSIGNAL) > 0;
      while (open) open = ::recv(client, buffer.data(), buffer.size(), 0) > 0;
      ::close(client);
    }
  }

  int listener_;
  int port_ = 0;
  std::atomic<int> connections_{0};
  std::thread thread_;
};

}  // namespace greentill::test
