// SPDX-License-Identifier: Apache-2.0
// A till's connection and the connection to the printer that belongs to it. Threads: the relay's.
#pragma once

#include <array>
#include <asio.hpp>
#include <chrono>
#include <functional>
#include <memory>

#include "tools/printer-relay/opening.hpp"
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
  /// Reads, and keeps what comes until pass_held(). Connection::heard() is told each time. Requires: there is room.
  void hear();
  /// All that was heard so far.
  [[nodiscard]] ByteView held() const { return ByteView(buffer_).first(held_); }
  /// Whether the writer has ended already.
  [[nodiscard]] bool has_ended() const { return ended_; }
  /// Passes on what was heard, if anything, and then everything. Requires: no read is under way.
  void pass_held();
  void read();
  [[nodiscard]] bool is_done() const { return done_; }

 private:
  void on_read(const asio::error_code& error, std::size_t size);
  void pass(std::size_t size);
  void passed_on(std::size_t size);

  Connection& connection_;
  Socket& from_;
  Socket& to_;
  std::array<std::uint8_t, 16u << 10> buffer_{};
  std::size_t held_ = 0;
  bool ended_ = false;
  bool done_ = false;
};

/// What a connection tells the relay.
class ConnectionEvents {
 public:
  virtual ~ConnectionEvents() = default;
  /// Each time that it reached the printer, or, with the error, could not.
  virtual void on_printer(const asio::error_code& error) = 0;
  /// It opened as no till does, and was reset. `opening`: http, tls or stun.
  virtual void on_foreign(Opening opening, const std::string& address) = 0;
};

class Connection : public std::enable_shared_from_this<Connection> {
 public:
  using Socket = asio::ip::tcp::socket;
  using Endpoints = asio::ip::tcp::resolver::results_type;
  using Clock = std::chrono::steady_clock;

  /// `options` and `events` must outlive it.
  Connection(Socket till, const RelayOptions& options, Copier copier, ConnectionEvents& events);

  /// Connects and passes bytes. The object lives until both sides are done or either fails.
  void start();
  /// Ends both connections at once; till and printer get a reset.
  void abort();
  /// Whether no byte came for a while from either side.
  [[nodiscard]] bool is_silent() const;
  /// Ends both connections as if either side had closed.
  void close();
  [[nodiscard]] bool is_over() const { return !till_.is_open(); }
  /// The till's address.
  [[nodiscard]] const std::string& address() const { return address_; }
  /// Whether anything was passed on to the printer.
  [[nodiscard]] bool has_printed() const { return is_till_; }
  /// When the last byte came, from either side.
  [[nodiscard]] Clock::time_point last_byte() const { return last_byte_; }

 private:
  friend class Pump;
  void reach_printer();
  void connect(const Endpoints& endpoints);
  void on_reached();
  void let_go_of_printer();
  void heard();
  void take_for_till();
  void printer_failed(const asio::error_code& error);
  void failed();
  void on_bytes(const Pump& pump, ByteView bytes);
  void on_end(Socket& to);
  void watch_opening();
  void watch_idle();
  void end();

  enum class PrinterState : std::uint8_t { away, asked, reached };

  const RelayOptions& options_;
  ConnectionEvents& events_;
  Socket till_;
  const std::string address_;
  Socket printer_;
  PrinterState printer_state_ = PrinterState::away;
  asio::ip::tcp::resolver resolver_;
  asio::steady_timer printer_timer_;  // how long the printer may take to be reached
  asio::steady_timer till_timer_;     // what the till does not say: the rest of its opening, a job's end
  Copier copier_;
  Pump up_;
  Pump down_;
  bool is_till_ = false;     // its opening is a till's
  bool waited_for_ = false;  // for the rest of its opening, which did not come
  Clock::time_point last_print_;
  Clock::time_point last_byte_;
};

}  // namespace greentill::relay
