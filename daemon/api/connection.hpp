// SPDX-License-Identifier: Apache-2.0
// One accepted connection as cpp-httplib's stream. Unlike the library's own it keeps what it read ahead for the next request,
// bounds the size of a request's headers and the time of all of it, and sends headers and body together. Private to daemon/api.
#pragma once

#include <httplib.h>

#include <array>
#include <chrono>
#include <string>

#include "daemon/api/connection_pool.hpp"

namespace greentill::api {

/// How long a client may let its connection's thread wait.
struct Patience {
  std::chrono::milliseconds idle{60'000};     ///< between two requests: as long as a till may take from one sale to the next
  std::chrono::milliseconds headers{10'000};  ///< for all of a request's headers
  std::chrono::milliseconds body{10'000};     ///< for all of a body, and a second more for so many bytes of it:
  std::int64_t body_bytes_a_second = 4096;
  std::chrono::milliseconds body_pause{5'000};
  std::chrono::milliseconds write_pause{10'000};
  std::chrono::milliseconds linger{2'000};  ///< for the end of a connection after its last answer
  std::chrono::milliseconds stop{1'000};    ///< for all of that together once the server stops
  // While other connections wait for a thread, one gives way that let its own wait for so long:
  std::chrono::milliseconds others{250};           ///< for its first request, for headers, or for its end
  std::chrono::milliseconds others_unread{1'000};  ///< for an answer to be taken
};

class Connection final : public httplib::Stream {
 public:
  /// Takes the socket over. The pool must outlive it.
  Connection(int socket, ConnectionPool& pool, const Patience& patience = {});
  ~Connection() override;
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  /// Whether there is a further request before the time is over, or this connection has to give way.
  bool wait_for_request(bool newcomer);
  /// Before each request: its headers must come within their limits from here on.
  void begin_headers();
  /// The headers are read: how much may follow is bounded by whoever reads the body, here its time alone.
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

  // Reading and writing wait for themselves.
  [[nodiscard]] bool is_readable() const override { return !abandoned_; }
  [[nodiscard]] bool is_writable() const override { return !abandoned_; }
  ssize_t read(char* into, size_t size) override;
  ssize_t write(const char* bytes, size_t size) override;
  void get_remote_ip_and_port(std::string& ip, int& port) const override;
  void get_local_ip_and_port(std::string& ip, int& port) const override;
  [[nodiscard]] socket_t socket() const override { return socket_; }

 private:
  using Clock = std::chrono::steady_clock;
  bool wait_for(short events, Clock::time_point deadline, Clock::time_point spared_until, Hold hold = Hold::stalled);
  bool wait_readable();
  bool wait_writable();
  ssize_t fill();
  ssize_t read_more();

  const int socket_;
  ConnectionPool& pool_;
  const Patience patience_;
  bool abandoned_ = false;  // ends without an answer, which tells the client to ask again
  Clock::time_point stop_deadline_ = Clock::time_point::max();
  bool in_headers_ = false;
  std::size_t header_bytes_ = 0;
  Clock::time_point header_begin_;
  Clock::duration write_wait_{};
  std::int64_t body_bytes_ = 0;
  Clock::duration body_wait_{};  // time that the server itself takes with what came already is not the client's
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
  std::array<char, 4096> ahead_;
  std::string out_;
  struct Endpoint {
    std::string ip;
    int port = 0;
  };
  mutable Endpoint peer_;  // empty until asked for
  mutable Endpoint own_;
};

}  // namespace greentill::api
