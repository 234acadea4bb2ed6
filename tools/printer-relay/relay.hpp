// SPDX-License-Identifier: Apache-2.0
// Stands between a till and its receipt printer: every byte is passed on unchanged, both ways, and what the till prints is copied
// to a spool. The till meets what it would meet at the printer: the printer's answers, its closing and its resets; where the
// printer cannot be reached, the till's connection is reset. Threads: all calls from the one that runs it.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>

#include "daemon/base/error.hpp"
#include "daemon/base/ports.hpp"
#include "tools/printer-relay/callers.hpp"
#include "tools/printer-relay/spool.hpp"

namespace greentill::relay {

struct Address {
  std::string host;
  std::string port;

  /// Parses "host:port", "[::1]:9100", or a host alone, whose port then is `absent_port`.
  static Result<Address> parse(const std::string& text, const std::string& absent_port = "9100");
  [[nodiscard]] std::string text() const;
};

struct RelayOptions {
  Address listen{"127.0.0.1", "9100"};
  Address printer;
  std::chrono::milliseconds connect_timeout{5'000};
  std::chrono::milliseconds idle{10'000};   ///< a job of an open connection ends when nothing was printed for so long
  std::uint64_t most_job_bytes = 1u << 20;  ///< the largest job; what follows begins another one
  Callers callers;                          ///< who may connect
  std::size_t most_connections = 64;
  std::size_t most_of_one_address = 32;  ///< of these
  /// How long a till may pause within the first word of a connection before it is passed on, and within an opening that may still
  /// become a browser's before it loses its connection to the printer.
  std::chrono::milliseconds opening_pause{1'000};
  /// How long a connection that has said nothing keeps its connection to the printer.
  std::chrono::milliseconds silence{10'000};
  /// A connection on which no byte came for so long may be closed for a new one where there are too many.
  std::chrono::milliseconds unused{600'000};
};

class Relay {
 public:
  /// Binds and listens. Where `spool` is null nothing is copied. Both must outlive the relay.
  static Result<std::unique_ptr<Relay>> start(const RelayOptions& options, Spool* spool, Log& log);
  virtual ~Relay() = default;

  /// The port it listens on; where port 0 was asked for, the one that the system chose.
  [[nodiscard]] virtual std::uint16_t port() const = 0;
  /// Runs until SIGTERM, SIGINT or stop(). Open connections may go on until they are silent, for five seconds at most.
  virtual void run() = 0;
  /// Threads: safe from any thread.
  virtual void stop() = 0;
};

}  // namespace greentill::relay
