// SPDX-License-Identifier: Apache-2.0
// A broker that hands a worker many batches at once and acknowledges no more of its receipts than it is told to. Without TLS, on
// a free loopback port, for one connection. Threads: the constructor's and the destructor's.
#pragma once

#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "tests/support/loopback.hpp"

namespace greentill::test {

class StingyBroker {
 public:
  /// Once the worker has subscribed, it gets so many questions of the device.
  StingyBroker(std::string device, int questions) : device_(std::move(device)), questions_(questions) {
    port_ = listen_on_loopback(listener_);
    thread_ = std::thread([this] { serve(); });
  }
  ~StingyBroker() {
    hang_up();
    ::close(listener_);
  }
  StingyBroker(const StingyBroker&) = delete;
  StingyBroker& operator=(const StingyBroker&) = delete;

  [[nodiscard]] std::string uri() const { return "tcp://127.0.0.1:" + std::to_string(port_); }
  [[nodiscard]] int receipts() const { return receipts_; }
  /// Receipts, at one time.
  [[nodiscard]] int most_unacknowledged() const { return most_; }
  void acknowledge(int more) { allowed_ += more; }
  void hang_up() {
    ending_ = true;
    ::shutdown(listener_, SHUT_RDWR);
    if (thread_.joinable()) thread_.join();
  }

 private:
  using Octets = std::vector<unsigned char>;

  void serve() {
    const int client = ::accept(listener_, nullptr, nullptr);
    Octets seen;
    std::array<unsigned char, 65'536> buffer{};
    while (client >= 0 && !ending_) {
      for (; allowed_ > 0 && !owed_.empty(); --allowed_) {
        say(client, {0x40, 2, owed_[0], owed_[1]});
        owed_.erase(owed_.begin(), owed_.begin() + 2);
      }
      pollfd readable{client, POLLIN, 0};
      if (::poll(&readable, 1, 5) == 0) continue;
      const auto got = ::recv(client, buffer.data(), buffer.size(), 0);
      if (got <= 0) break;
      seen.insert(seen.end(), buffer.begin(), buffer.begin() + got);
      while (const std::size_t taken = take(client, seen)) seen.erase(seen.begin(), seen.begin() + static_cast<long>(taken));
    }
    if (client >= 0) ::close(client);
  }

  /// Answers the first packet; its size, 0 where it is not all there.
  std::size_t take(int client, const Octets& seen) {
    std::size_t size = 0;
    std::size_t at = 1;
    for (int shift = 0; at < seen.size(); shift += 7) {
      size |= static_cast<std::size_t>(seen[at] & 0x7f) << shift;
      if ((seen[at++] & 0x80) == 0) break;
    }
    if (seen.size() < 2 || seen.size() < at + size) return 0;
    switch (seen[0] & 0xf0) {
      case 0x10: say(client, {0x20, 3, 0, 0, 0}); break;
      case 0x80:
        subscribed(client, Octets(seen.begin() + static_cast<long>(at), seen.begin() + static_cast<long>(at + size)));
        break;
      case 0x30: published(Octets(seen.begin() + static_cast<long>(at), seen.begin() + static_cast<long>(at + size))); break;
      case 0xc0: say(client, {0xd0, 0}); break;
      default: break;
    }
    return at + size;
  }

  /// Devices' batches come to whoever shares them.
  void subscribed(int client, const Octets& body) {
    say(client, {0x90, 4, body[0], body[1], 0, 1});
    constexpr std::string_view kShare = "$share/";
    if (std::search(body.begin(), body.end(), kShare.begin(), kShare.end()) != body.end()) ask(client);
  }

  void ask(int client) {
    const std::string topic = "greentill/v1/" + device_ + "/claims";
    const auto length = static_cast<unsigned char>(topic.size());
    for (int number = 1; number <= questions_; ++number) {
      Octets packet{0x32, static_cast<unsigned char>(length + 5), 0, length};
      packet.insert(packet.end(), topic.begin(), topic.end());
      packet.insert(packet.end(), {static_cast<unsigned char>(number >> 8), static_cast<unsigned char>(number), 0});
      say(client, packet);
    }
  }

  void published(const Octets& body) {
    const std::size_t length = body[1];
    const std::string topic(body.begin() + 2, body.begin() + 2 + static_cast<long>(length));
    if (!topic.ends_with("/receipts")) return;
    owed_.insert(owed_.end(), {body[2 + length], body[3 + length]});
    ++receipts_;
    most_ = std::max(most_.load(), static_cast<int>(owed_.size() / 2));
  }

  static void say(int client, const Octets& packet) {
    if (::send(client, packet.data(), packet.size(), MSG_NOSIGNAL) < 0) return;  // the worker is gone, as the next read shows
  }

  const std::string device_;
  const int questions_;
  int listener_ = -1;
  int port_ = 0;
  Octets owed_;  // packet ids
  std::atomic<bool> ending_{false};
  std::atomic<int> receipts_{0};
  std::atomic<int> most_{0};
  std::atomic<int> allowed_{0};
  std::thread thread_;
};

}  // namespace greentill::test
