// SPDX-License-Identifier: Apache-2.0
// One accepted connection as cpp-httplib's stream. Unlike the library's own it keeps what it read ahead for the next request,
// bounds the size and the time of a request's headers, and sends headers and body together. Private to daemon/api.
#pragma once

#include <httplib.h>

#include <array>
#include <chrono>
#include <string>

namespace greentill::api {

class Connection final : public httplib::Stream {
 public:
  /// Takes the socket over.
  explicit Connection(int socket);
  ~Connection() override;
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  /// Before each request: its headers must come within their limits from here on.
  void begin_headers();
  /// The headers are read: what follows is bounded by whoever reads the body.
  void end_headers();
  /// Whether bytes of a further request were read already.
  [[nodiscard]] bool has_read_ahead() const { return begin_ < end_; }
  /// Reads a body that comes in chunks, in place of the library's reader: that one takes what is malformed for the body's end or
  /// passes it over, and keeps a line of any length. False where the body is cut off, is malformed, or `receive` wants no more.
  bool read_chunks(const httplib::ContentReceiver& receive);
  /// Sends what is buffered.
  bool flush();
  /// Ends the connection without destroying an answer on its way: what the peer still sends is read and dropped for a while.
  void linger();

  [[nodiscard]] bool is_readable() const override;
  [[nodiscard]] bool is_writable() const override;
  ssize_t read(char* into, size_t size) override;
  ssize_t write(const char* bytes, size_t size) override;
  void get_remote_ip_and_port(std::string& ip, int& port) const override;
  void get_local_ip_and_port(std::string& ip, int& port) const override;
  [[nodiscard]] socket_t socket() const override { return socket_; }

 private:
  using Time = std::chrono::steady_clock::time_point;
  [[nodiscard]] bool wait_readable() const;
  ssize_t fill();
  ssize_t read_more();

  int socket_;
  bool in_headers_ = false;
  std::size_t header_bytes_ = 0;
  Time header_deadline_;
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
  std::array<char, 4096> ahead_;
  std::string out_;
};

}  // namespace greentill::api
