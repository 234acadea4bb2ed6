// SPDX-License-Identifier: Apache-2.0
#include "tools/printer-relay/relay.hpp"

#include <algorithm>
#include <csignal>
#include <vector>

#include "daemon/base/text.hpp"
#include "tools/printer-relay/connection.hpp"

namespace greentill::relay {
namespace {

using asio::ip::tcp;

constexpr auto kLongestStop = std::chrono::seconds(5);
constexpr auto kLookEvery = std::chrono::milliseconds(100);

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

class AsioRelay final : public Relay {
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

  /// Without descriptors or memory it tries again later: connections that end give some back.
  void accept_later(const asio::error_code& error) {
    log_.write(LogLevel::error, "relay", "no connection can be taken now: " + error.message());
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
    if (connections_.size() >= options_.most_connections) {
      log_.write(LogLevel::warning, "relay",
                 "a connection was reset: " + std::to_string(options_.most_connections) + " are open already");
      return reset(till);
    }
    ++accepted_;
    const auto connection =
        std::make_shared<Connection>(std::move(till), options_, Copier(spool_, accepted_, options_.most_job_bytes));
    connections_.push_back(connection);
    connection->start([this](const asio::error_code& error) { tell_printer(error); });
  }

  /// Logs once that the printer cannot be reached and once that it can again: a till tries again and again.
  void tell_printer(const asio::error_code& error) {
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
  std::chrono::steady_clock::time_point deadline_;
};

}  // namespace

Result<std::unique_ptr<Relay>> Relay::start(const RelayOptions& options, Spool* spool, Log& log) {
  auto relay = std::make_unique<AsioRelay>(options, spool, log);
  if (const Status listening = relay->listen(); !listening) return Failure{listening.error()};
  return std::unique_ptr<Relay>(std::move(relay));
}

}  // namespace greentill::relay
