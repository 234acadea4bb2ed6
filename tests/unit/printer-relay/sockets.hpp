// SPDX-License-Identifier: Apache-2.0
// A till and a printer on loopback.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace greentill::relay::test {

/// The till's end of a connection.
class Till {
 public:
  /// Throws std::runtime_error where nobody listens.
  explicit Till(std::uint16_t port);
  ~Till();
  Till(const Till&) = delete;
  Till& operator=(const Till&) = delete;

  /// In pieces of that size; false where the peer is gone.
  bool send(std::string_view bytes, std::size_t piece = 1u << 20);
  /// As much as is taken until everyone else waits for somebody to read; how much that was.
  std::size_t send_until_stuck(std::string_view bytes);
  void end_sending();
  /// Its end will be a reset.
  void break_off();
  /// That many bytes, or fewer where the peer ends.
  std::string receive(std::size_t size);
  enum class End { closed, reset, still_open };
  /// What comes next beside bytes.
  End end();

 private:
  int socket_;
};

/// A printer that serves each connection with a function in a thread of its own.
class Printer {
 public:
  using Serve = std::function<void(int socket, std::string& received)>;
  explicit Printer(Serve serve, std::uint16_t port = 0);
  ~Printer();
  Printer(const Printer&) = delete;
  Printer& operator=(const Printer&) = delete;

  [[nodiscard]] std::uint16_t port() const { return port_; }
  /// Of the connections so far, in their order. Joins those that are over.
  std::vector<std::string> received();

  /// Answers each byte with another until the till ends, then ends as well.
  static void answer(int socket, std::string& received);
  /// The answer to a text.
  static std::string answer_to(std::string_view sent);

 private:
  void accept();

  Serve serve_;
  int listener_;
  std::uint16_t port_ = 0;
  std::mutex mutex_;
  std::vector<std::thread> threads_;
  std::vector<std::unique_ptr<std::string>> received_;
  std::thread acceptor_;
};

/// The peer of a socket will meet a reset in place of an end.
void break_off_when_closed(int socket);

/// Connects a socket that was made before; false where nobody listens.
bool connect_socket(int socket, std::uint16_t port);

/// A port that nobody listens on.
std::uint16_t free_port();

}  // namespace greentill::relay::test
