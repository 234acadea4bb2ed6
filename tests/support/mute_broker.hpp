// SPDX-License-Identifier: Apache-2.0
// A broker that lets each client in, says at most one word more, in answer to what comes next, and then none. Without TLS, on a
// free loopback port.
#pragma once

#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "tests/support/loopback.hpp"

namespace greentill::test {

// For the first packet id that a client uses.
inline const std::vector<unsigned char> kGrantedThenTakenOver{0x90, 4, 0, 1, 0, 1, 0xe0, 2, 142, 0};
inline const std::vector<unsigned char> kNotGranted{0x90, 4, 0, 1, 0, 135};

class MuteBroker {
 public:
  explicit MuteBroker(std::vector<unsigned char> word = {}) : word_(std::move(word)) {
    port_ = listen_on_loopback(listener_);
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
  /// Between a connection's end and the next one.
  [[nodiscard]] std::chrono::milliseconds longest_gap() const { return longest_gap_; }

 private:
  void serve() {
    auto ended = std::chrono::steady_clock::time_point::max();
    for (;;) {
      const int client = ::accept(listener_, nullptr, nullptr);
      if (client < 0) return;
      ++connections_;
      const auto now = std::chrono::steady_clock::now();
      if (ended < now) {
        longest_gap_ = std::max(longest_gap_.load(), std::chrono::duration_cast<std::chrono::milliseconds>(now - ended));
      }
      std::array<char, 4096> buffer{};
      constexpr std::array<unsigned char, 5> kConnack{0x20, 0x03, 0x00, 0x00, 0x00};
      bool open = ::recv(client, buffer.data(), buffer.size(), 0) > 0 &&
                  ::send(client, kConnack.data(), kConnack.size(), MSG_NOSIGNAL) > 0;
      if (open && !word_.empty()) {
        open =
            ::recv(client, buffer.data(), buffer.size(), 0) > 0 && ::send(client, word_.data(), word_.size(), MSG_NOSIGNAL) > 0;
      }
      while (open) open = ::recv(client, buffer.data(), buffer.size(), 0) > 0;
      ::close(client);
      ended = std::chrono::steady_clock::now();
    }
  }

  const std::vector<unsigned char> word_;
  int listener_ = -1;
  int port_ = 0;
  std::atomic<int> connections_{0};
  std::atomic<std::chrono::milliseconds> longest_gap_{std::chrono::milliseconds(0)};
  std::thread thread_;
};

}  // namespace greentill::test
