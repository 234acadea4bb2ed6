// SPDX-License-Identifier: Apache-2.0
// Stands between a till and its receipt printer: every byte goes on unchanged, both ways, and what the till prints is copied to a
// spool. The till meets what it would meet at the printer: its answers, its closing, its resets; where it cannot be reached, the
// till's connection is reset. Threads: all from the one that runs it.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>

#include "daemon/base/error.hpp"
#include "daemon/base/ports.hpp"
#include "tools/printer-relay/spool.hpp"

namespace greentill::relay {

struct Address {
  std::string host;
  std::string port;

  /// "host:port", "[::1]:9100", or a host alone, whose port is `absent_port`.
  static Result<Address> parse(const std::string& text, const std::string& absent_port = "9100");
  [[nodiscard]] std::string text() const;
};

struct RelayOptions {
  Address listen{"127.0.0.1", "9100"};
  Address printer;
  std::chrono::milliseconds connect_timeout{5'000};
  std::chrono::milliseconds idle{10'000};   ///< a job of an open connection ends when nothing was printed for so long
  std::uint64_t most_job_bytes = 1u << 20;  ///< or when it has so many bytes
  std::size_t most_connections = 64;
};

class Relay {
 public:
  /// Listens from here on. `spool` may be null: nothing is copied then. Both must outlive the relay.
  static Result<std::unique_ptr<Relay>> start(const RelayOptions& options, Spool* spool, Log& log);
  virtual ~Relay() = default;

  /// The port that it listens on; the system's choice where port 0 was asked for.
  [[nodiscard]] virtual std::uint16_t port() const = 0;
  /// Until SIGTERM or SIGINT, or stop(). Connections are given until they are silent, five seconds at most.
  virtual void run() = 0;
  /// Threads: safe from any thread.
  virtual void stop() = 0;
};

}  // namespace greentill::relay
