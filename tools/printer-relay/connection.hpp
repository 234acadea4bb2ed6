// SPDX-License-Identifier: Apache-2.0
// A till's connection and the connection to the printer that belongs to it. Threads: the relay's.
#pragma once

#include <array>
#include <asio.hpp>
#include <chrono>
#include <functional>
#include <memory>

#include "tools/printer-relay/relay.hpp"

namespace greentill::relay {

/// Copies what one connection prints, cut into jobs.
class Copier {
 public:
  /// `spool` may be null.
  Copier(Spool* spool, std::uint64_t connection, std::uint64_t most_job_bytes)
      : spool_(spool), connection_(connection), most_job_bytes_(most_job_bytes) {}
  void add(ByteView bytes);
  /// Ends the current job, if there is one. `more`: the connection goes on.
  void end(bool more);
  [[nodiscard]] bool has_job() const { return job_ != nullptr; }

 private:
  Spool* spool_;
  std::uint64_t connection_;
  std::uint64_t most_job_bytes_;
  std::shared_ptr<SpoolJob> job_;
  std::uint64_t job_bytes_ = 0;
  unsigned part_ = 0;
};

/// Closes the socket so that the peer gets a reset.
void reset(asio::ip::tcp::socket& socket);

class Connection;

/// Passes bytes in one direction. Holds at most one buffer that the other side has not taken: a slow reader slows down only its
/// writer.
class Pump {
 public:
  using Socket = asio::ip::tcp::socket;
  /// `connection` owns both sockets and this pump.
  Pump(Connection& connection, Socket& from, Socket& to) : connection_(connection), from_(from), to_(to) {}
  void read();
  [[nodiscard]] bool is_done() const { return done_; }

 private:
  void on_read(const asio::error_code& error, std::size_t size);
  void passed_on(std::size_t size);

  Connection& connection_;
  Socket& from_;
  Socket& to_;
  std::array<std::uint8_t, 16u << 10> buffer_{};
  bool done_ = false;
};

class Connection : public std::enable_shared_from_this<Connection> {
 public:
  using Socket = asio::ip::tcp::socket;
  using Endpoints = asio::ip::tcp::resolver::results_type;
  /// Called once: with the error where the printer could not be reached, else without one.
  using OnPrinter = std::function<void(const asio::error_code&)>;

  Connection(Socket till, const RelayOptions& options, Copier copier);

  /// Connects and passes bytes. The object lives until both sides are done or either fails. Requires: `on_printer` is not empty.
  void start(OnPrinter on_printer);
  /// Ends both connections at once; till and printer get a reset.
  void abort();
  /// Whether no byte came for a while from either side.
  [[nodiscard]] bool is_silent() const;
  /// Ends both connections as if either side had closed.
  void close();

 private:
  friend class Pump;
  void connect(const Endpoints& endpoints);
  void begin_to_pass();
  void failed(const asio::error_code& error);
  void on_bytes(const Pump& pump, ByteView bytes);
  void on_end(Socket& to);
  void watch_idle();
  void end();

  const RelayOptions& options_;
  Socket till_;
  Socket printer_;
  asio::ip::tcp::resolver resolver_;
  asio::steady_timer timer_;
  Copier copier_;
  Pump up_;
  Pump down_;
  OnPrinter on_printer_;
  std::chrono::steady_clock::time_point last_print_;
  std::chrono::steady_clock::time_point last_byte_;
};

}  // namespace greentill::relay
