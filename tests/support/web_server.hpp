// SPDX-License-Identifier: Apache-2.0
// Answers whatever comes, TLS too, with a page of the web that sends the reader elsewhere, as a captive portal does. On a free
// loopback port.
#pragma once

#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <string_view>
#include <thread>

#include "tests/support/loopback.hpp"

namespace greentill::test {

class WebServer {
 public:
  WebServer() {
    port_ = listen_on_loopback(listener_);
    thread_ = std::thread([this] { serve(); });
  }
  ~WebServer() {
    ::shutdown(listener_, SHUT_RDWR);
    thread_.join();
    ::close(listener_);
  }
  WebServer(const WebServer&) = delete;
  WebServer& operator=(const WebServer&) = delete;
  [[nodiscard]] int port() const { return port_; }

 private:
  void serve() const {
    constexpr std::string_view kAnswer =
        "HTTP/1.1 302 Found\r\nLocation: http://portal.example/login\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
    for (;;) {
      const int client = ::accept(listener_, nullptr, nullptr);
      if (client < 0) return;
      std::array<char, 4096> buffer{};
      if (::recv(client, buffer.data(), buffer.size(), 0) > 0) {
        static_cast<void>(::send(client, kAnswer.data(), kAnswer.size(), MSG_NOSIGNAL));
      }
      ::close(client);
    }
  }

  int listener_ = -1;
  int port_ = 0;
  std::thread thread_;
};

}  // namespace greentill::test
