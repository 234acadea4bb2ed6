// SPDX-License-Identifier: Apache-2.0
#include "daemon/uplink/uplink.hpp"

#include <atomic>
#include <utility>

#include "daemon/base/backoff.hpp"
#include "daemon/base/repeated_line.hpp"
#include "daemon/claim/claim.hpp"
#include "daemon/paho/loss_guess.hpp"
#include "daemon/uplink/session.hpp"

namespace greentill::uplink {
namespace {

class MqttUplink final : public Uplink, public SessionOwner {
 public:
  MqttUplink(Options options, Executor& strand, Clock& clock, Random& random, Log& log, outbox::Reader& reader, ReceiptBook& book,
             outbox::Repairer& repairer, identity::ReceiptTrust& trust)
      : window_({options.batches_in_flight, options.receipt_timeout, options.backoff_max}),
        backoff_(options.backoff_min, options.backoff_max),
        troubles_(log, board_),
        terms_{options.keep_alive},
        around_{std::move(options), strand,  clock,          random, log,   reader, book, repairer, trust, board_,
                troubles_,          window_, awaits_claims_, terms_, pause_} {}

  void start() override {
    const Status usable = check_options(around_.options);
    if (!usable) return troubles_.tell(LogLevel::error, usable.error().message);
    stopped_ = false;
    connect();
  }

  void stop() override {
    stopped_ = true;
    if (session_) session_->stop();
    session_.reset();
    set_connected(false);
  }

  void claims_stored() override {
    if (!awaits_claims_.exchange(false)) return;
    around_.strand.post([this, alive = std::weak_ptr<bool>(alive_)] {
      const std::shared_ptr<Session> kept = alive.lock() ? session_ : nullptr;
      if (kept) kept->pump();
    });
  }

  void retry_now() override {
    around_.strand.post([this, alive = std::weak_ptr<bool>(alive_)] {
      if (!alive.lock() || stopped_) return;
      backoff_.reset();
      if (const std::shared_ptr<Session> kept = session_) return kept->retry_now();
      ++attempt_;  // in place of the one that waits
      connect();
    });
  }

  [[nodiscard]] LinkStatus status() const override { return board_.get(); }

 private:
  void connect() {
    if (stopped_ || session_) return;
    const auto address = parse_broker_address(around_.options.server_uri);
    if (!address) return troubles_.tell(LogLevel::error, address.error().with_context("uplink server").message);
    session_ = std::make_shared<Session>(around_, *this);
    session_->start(*address);
  }

  void session_ready() override {
    ready_at_ = around_.clock.monotonic();
    set_connected(true);
    around_.log.write(LogLevel::info, "uplink", "connected to " + around_.options.server_uri);
  }

  void receipt_applied() override { backoff_.reset(); }

  void session_needs(const Terms& terms) override {
    terms_ = terms;
    session_.reset();
    connect_after(std::chrono::milliseconds(0));
  }

  void session_ended(const Error& why) override {
    const std::chrono::milliseconds now = around_.clock.monotonic();
    std::string guess;
    if (ready_at_) {
      const std::chrono::milliseconds lasted = now - *ready_at_;
      if (lasted >= paho::LossGuess::kUndisturbed) backoff_.reset();
      losses_.ended(lasted, session_->silence(), terms_.keep_alive);
      if (why.code == ErrorCode::io) guess = losses_.question("client use this device's id", "uplink.keep_alive_s");
    }
    set_connected(false);
    session_.reset();
    const std::chrono::milliseconds delay = backoff_.next(around_.random);
    const std::string what = why.message + guess;
    board_.update([&what](LinkStatus& status) {
      ++status.failures;
      status.last_error = what;
    });
    if (const auto line = complaints_.take(what, now)) {
      around_.log.write(LogLevel::warning, "uplink", *line + "; trying again in " + std::to_string(delay.count()) + " ms");
    }
    connect_after(delay);
  }

  void connect_after(std::chrono::milliseconds delay) {
    around_.strand.post_after(delay, [this, attempt = ++attempt_, alive = std::weak_ptr<bool>(alive_)] {
      if (alive.lock() && attempt == attempt_) connect();
    });
  }

  void set_connected(bool connected) {
    if (!connected) ready_at_.reset();
    const std::int64_t now = around_.clock.unix_seconds();
    board_.update([connected, now](LinkStatus& status) {
      if (status.connected != connected) status.since = now;
      if (connected) ++status.connects;
      status.connected = connected;
    });
    if (connected) troubles_.clear();
  }

  std::shared_ptr<void> paho_ = keep_paho();  // first member: it is destroyed after the last transport
  Window window_;
  Backoff backoff_;
  std::uint64_t attempt_ = 0;  // at most one waits
  StatusBoard board_;
  Troubles troubles_;
  std::atomic<bool> awaits_claims_ = false;
  Terms terms_;
  std::chrono::milliseconds pause_{0};
  Surroundings around_;
  bool stopped_ = true;
  paho::LossGuess losses_;
  RepeatedLine complaints_;
  std::optional<std::chrono::milliseconds> ready_at_;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);  // timers hold it weakly, to see whether this object exists
  std::shared_ptr<Session> session_;
};

}  // namespace

Status check_options(const Options& options) {
  if (!claim::is_device_id(options.device_id)) {
    return fail(ErrorCode::invalid, "uplink: \"" + options.device_id + "\" is no device id (1 to 40 of a-z, 0-9 and -)");
  }
  const auto address = parse_broker_address(options.server_uri);
  return address ? Status(Done{}) : Status(Failure{address.error().with_context("uplink server")});
}

std::unique_ptr<Uplink> Uplink::create(Options options, Executor& strand, Clock& clock, Random& random, Log& log,
                                       outbox::Reader& reader, ReceiptBook& book, outbox::Repairer& repairer,
                                       identity::ReceiptTrust& trust) {
  return std::make_unique<MqttUplink>(std::move(options), strand, clock, random, log, reader, book, repairer, trust);
}

}  // namespace greentill::uplink
