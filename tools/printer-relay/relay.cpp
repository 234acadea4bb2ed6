// SPDX-License-Identifier: Apache-2.0
#include "tools/printer-relay/relay.hpp"

#include <algorithm>
#include <csignal>
#include <vector>

#include "daemon/base/descriptors.hpp"
#include "daemon/base/line_allowance.hpp"
#include "daemon/base/text.hpp"
#include "tools/printer-relay/connection.hpp"

namespace greentill::relay {
namespace {

using asio::ip::tcp;

constexpr auto kLongestStop = std::chrono::seconds(5);
constexpr auto kLookEvery = std::chrono::milliseconds(100);
constexpr auto kTellEvery = std::chrono::minutes(1);

/// A warning that may be due again and again: it is written once a minute, and says how often it was due.
class Complaint {
 public:
  void write(Log& log, const std::string& text) {
    const auto left_out = allowance_.take(std::chrono::steady_clock::now().time_since_epoch());
    if (!left_out) return;
    const std::string before =
        *left_out == 0 ? "" : " (and " + std::to_string(*left_out) + " times before, since it was said last)";
    log.write(LogLevel::warning, "relay", text + before);
  }

 private:
  LineAllowance allowance_{1, kTellEvery};
};

}  // namespace

Result<Address> Address::parse(const std::string& text, const std::string& absent_port) {
  Address address{text, absent_port};
  const bool bracketed = text.starts_with('[');
  const std::size_t closing = text.find(']');
  const std::size_t colon = text.rfind(':');
  if (bracketed && closing != std::string::npos) {
    address.host = text.substr(1, closing - 1);
    if (closing + 1 < text.size()) address.port = text[closing + 1] == ':' ? text.substr(closing + 2) : "";
  } else if (colon != std::string::npos && text.find(':') == colon) {
    address.host = text.substr(0, colon);
    address.port = text.substr(colon + 1);
  }
  if (address.host.empty() || address.host.starts_with('[') || !parse_integer<std::uint16_t>(address.port)) {
    return fail(ErrorCode::invalid, "'" + text + "' is no address; write host:port, or [IPv6 address]:port");
  }
  return address;
}

std::string Address::text() const { return (host.find(':') == std::string::npos ? host : "[" + host + "]") + ":" + port; }

namespace {

class AsioRelay final : public Relay, private ConnectionEvents {
 public:
  AsioRelay(const RelayOptions& options, Spool* spool, Log& log) : options_(options), spool_(spool), log_(log) {}

  Status listen() {
    asio::error_code error;
    tcp::resolver resolver(io_);
    const auto endpoints = resolver.resolve(options_.listen.host, options_.listen.port, tcp::resolver::passive, error);
    if (!error) acceptor_.open(endpoints.begin()->endpoint().protocol(), error);
    if (!error) acceptor_.set_option(tcp::acceptor::reuse_address(true), error);
    if (!error) acceptor_.bind(*endpoints.begin(), error);
    if (!error) acceptor_.listen(tcp::acceptor::max_listen_connections, error);
    if (error) {
      return fail(ErrorCode::io, options_.listen.text() + " cannot be listened on: " + error.message() +
                                     "; is another relay, or the printer's own driver, there?");
    }
    return Done{};
  }

  [[nodiscard]] std::uint16_t port() const override { return acceptor_.local_endpoint().port(); }

  void run() override {
    signals_.add(SIGTERM);
    signals_.add(SIGINT);
    signals_.async_wait([this](const asio::error_code& error, int) {
      if (!error) begin_to_stop();
    });
    accept();
    io_.run();
    log_.write(LogLevel::info, "relay", "stopped after " + std::to_string(accepted_) + " connection(s)");
  }

  void stop() override {
    asio::post(io_, [this] { begin_to_stop(); });
  }

 private:
  void accept() {
    acceptor_.async_accept([this](const asio::error_code& error, tcp::socket till) {
      if (error == asio::error::operation_aborted || !acceptor_.is_open()) return;
      if (error) return accept_later(error);
      take(std::move(till));
      accept();
    });
  }

  /// Without descriptors or memory it tries again later: connections that end give some back, and so does a silent one.
  void accept_later(const asio::error_code& error) {
    no_socket_.write(log_, "no connection can be taken now: " + system_words(error.value()));
    if (is_out_of_descriptors(error.value())) make_room({}, 0);
    look_later(&AsioRelay::accept);
  }

  void look_later(void (AsioRelay::*look)()) {
    pause_.expires_after(kLookEvery);
    pause_.async_wait([this, look](const asio::error_code& cancelled) {
      if (!cancelled) (this->*look)();
    });
  }

  void take(tcp::socket till) {
    std::erase_if(connections_, [](const std::weak_ptr<Connection>& one) { return one.expired(); });
    const auto connection = std::make_shared<Connection>(
        std::move(till), options_, Copier(spool_, accepted_ + 1, options_.most_job_bytes), static_cast<ConnectionEvents&>(*this));
    const std::string& address = connection->address();
    if (!options_.callers.admits(address)) {
      not_listed_.write(log_, "a connection from " + address + " was reset: no --allow lists it");
      return connection->abort();
    }
    if (!make_room(address, options_.most_of_one_address) || !make_room({}, options_.most_connections)) {
      full_.write(log_, "a connection from " + address + " was reset: " + std::to_string(options_.most_connections) +
                            " are open already, or " + std::to_string(options_.most_of_one_address) + " from there");
      return connection->abort();
    }
    ++accepted_;
    connections_.push_back(connection);
    connection->start();
  }

  /// Sees to it that fewer than `most` connections of the address (empty: of all) are open, by ending one that prints nothing: of
  /// those that never did, else of those unused for long, the one that has been silent longest. False where there is none.
  bool make_room(const std::string& address, std::size_t most) {
    std::size_t count = 0;
    std::shared_ptr<Connection> spare;
    const auto rank = [](const Connection& one) { return std::pair(one.has_printed(), one.last_byte()); };
    for (const std::weak_ptr<Connection>& weak : connections_) {
      const auto one = weak.lock();
      if (!one || one->is_over() || (!address.empty() && one->address() != address)) continue;
      ++count;
      if (!spare || rank(*one) < rank(*spare)) spare = one;
    }
    if (count < most) return true;
    if (!spare) return false;
    const bool is_used = std::chrono::steady_clock::now() - spare->last_byte() < options_.unused;
    if (spare->has_printed() && is_used) return false;
    spare->abort();
    return true;
  }

  void on_foreign(Opening opening, const std::string& address) override {
    foreign_.write(log_, "a connection from " + address + " was reset before the printer heard of it: it began as " +
                             std::string(name_of(opening)) + ", as a browser does and no till: a web page, or a wrong port");
  }

  /// Logs once that the printer cannot be reached and once that it can again: a till tries again and again.
  void on_printer(const asio::error_code& error) override {
    const std::string printer = "the printer at " + options_.printer.text();
    if (error && away_ == 0) {
      log_.write(LogLevel::warning, "relay",
                 printer + " cannot be reached: " + error.message() + "; the till's connection is reset, as long as it lasts");
    }
    if (!error && away_ > 0) {
      log_.write(LogLevel::info, "relay", printer + " is reached again, after " + std::to_string(away_) + " attempt(s)");
    }
    away_ = error ? away_ + 1 : 0;
  }

  void begin_to_stop() {
    if (!acceptor_.is_open()) return;
    asio::error_code ignored;
    acceptor_.close(ignored);
    signals_.cancel(ignored);
    deadline_ = std::chrono::steady_clock::now() + kLongestStop;
    end_silent();
  }

  void end_silent() {
    const bool late = std::chrono::steady_clock::now() >= deadline_;
    bool any = false;
    for (const std::weak_ptr<Connection>& one : connections_) {
      const auto connection = one.lock();
      if (!connection) continue;
      const bool ends = late || connection->is_silent();
      if (ends) connection->close();
      any = any || !ends;
    }
    if (any) look_later(&AsioRelay::end_silent);
  }

  RelayOptions options_;
  Spool* spool_;
  Log& log_;
  asio::io_context io_{1};
  tcp::acceptor acceptor_{io_};
  asio::signal_set signals_{io_};
  asio::steady_timer pause_{io_};
  std::vector<std::weak_ptr<Connection>> connections_;
  std::uint64_t accepted_ = 0;
  std::uint64_t away_ = 0;  // attempts in a row that did not reach the printer
  Complaint no_socket_;
  Complaint not_listed_;
  Complaint full_;
  Complaint foreign_;
  std::chrono::steady_clock::time_point deadline_;
};

}  // namespace

Result<std::unique_ptr<Relay>> Relay::start(const RelayOptions& options, Spool* spool, Log& log) {
  auto relay = std::make_unique<AsioRelay>(options, spool, log);
  if (const Status listening = relay->listen(); !listening) return Failure{listening.error()};
  return std::unique_ptr<Relay>(std::move(relay));
}

}  // namespace greentill::relay
