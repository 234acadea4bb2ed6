// SPDX-License-Identifier: Apache-2.0
// What always holds:
// - There is at most one session, and none while it is stopped or the month's data is used up.
// - At most one attempt to connect waits: whoever raises attempt_ makes the one that waits do nothing.
// - All state is the strand's, but for what is atomic and the status board. What is posted to the strand finds out by alive_
//   whether this object is still there.
#include "daemon/uplink/uplink.hpp"

#include <atomic>
#include <utility>

#include "daemon/base/backoff.hpp"
#include "daemon/base/repeated_line.hpp"
#include "daemon/claim/claim.hpp"
#include "daemon/crypto/verification_time.hpp"
#include "daemon/paho/loss_guess.hpp"
#include "daemon/uplink/moving.hpp"
#include "daemon/uplink/session.hpp"

namespace greentill::uplink {
namespace {

// How often it is looked what the line has carried, and whether a month has begun.
constexpr std::chrono::minutes kLook{1};

class MqttUplink final : public Uplink, public SessionOwner, public MovingOwner {
 public:
  MqttUplink(Options options, Executor& strand, Clock& clock, Random& random, Log& log, outbox::Reader& reader, ReceiptBook& book,
             outbox::Repairer& repairer, identity::ReceiptTrust& trust)
      : window_({options.batches_in_flight, options.receipt_timeout, options.backoff_max}),
        backoff_(options.backoff_min, options.backoff_max),
        troubles_(log, board_),
        meter_(options.data, clock),
        terms_{options.keep_alive},
        around_{std::move(options), strand,  clock,          random, log,    reader, book, repairer, trust, board_,
                troubles_,          window_, awaits_claims_, terms_, meter_, pause_},
        moving_(around_.options, strand, clock, random, board_, log, meter_, *this) {
    show_data();  // what the month has carried so far is true before anything is sent
  }

  void start() override {
    const Status usable = check_options(around_.options);
    if (!usable) return troubles_.tell(LogLevel::error, usable.error().message);
    stopped_ = false;
    connect();
    moving_.start();
    look_after(++attempts_);
  }

  void stop() override {
    stopped_ = true;
    moving_.stop();
    if (session_) session_->stop();
    session_.reset();
    set_connected(false);
    ++attempts_;
    meter_.keep();
    show_data();
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
      if (alive.lock()) moving_.try_now();
    });
    now(&Session::retry_now);
  }
  void question_now() override { now(&Session::question_now); }

  void broker_named(std::string broker) override {
    around_.strand.post([this, broker = std::move(broker), alive = std::weak_ptr<bool>(alive_)] {
      if (alive.lock()) moving_.name(broker);
    });
  }

  void identity_changed() override {
    around_.strand.post([this, alive = std::weak_ptr<bool>(alive_)] {
      if (alive.lock()) connect_anew();
    });
  }

  void also_used(std::uint64_t bytes) override {
    around_.strand.post([this, bytes, alive = std::weak_ptr<bool>(alive_)] {
      if (alive.lock()) meter_.reckon(bytes);
    });
  }

  [[nodiscard]] LinkStatus status() const override { return board_.get(); }

 private:
  /// Has the session do that, or connects now where there is none: a new connection asks and sends by itself.
  void now(void (Session::*what)()) {
    around_.strand.post([this, what, alive = std::weak_ptr<bool>(alive_)] {
      if (!alive.lock() || stopped_) return;
      backoff_.reset();
      if (const std::shared_ptr<Session> kept = session_) return (kept.get()->*what)();
      ++attempt_;  // in place of the one that waits
      connect();
    });
  }
  void connect() {
    if (stopped_ || session_) return;
    given_up_ = !meter_.may_connect();
    if (given_up_) return give_up_line();
    const auto address = parse_broker_address(moving_.broker());
    if (!address) return troubles_.tell(LogLevel::error, address.error().with_context("uplink server").message);
    crypto::VerificationTime::set(around_.options.verification_time());
    session_ = std::make_shared<Session>(around_, *this);
    session_->start(*address);
  }

  void session_ready() override {
    ready_at_ = around_.clock.monotonic();
    set_connected(true);
    around_.log.write(LogLevel::info, "uplink", "connected to " + moving_.broker());
  }

  void receipt_applied() override {
    backoff_.reset();
    moving_.receipt_applied();
    meter_.look();  // the service has said the time
    show_data();
  }

  void session_used_up() override {
    set_connected(false);
    session_.reset();
    give_up_line();
  }

  /// The month's data is used up: looks every minute whether another has begun.
  void give_up_line() {
    given_up_ = true;
    (void)moving_.session_ended("the month's data is used up");
    meter_.close();
    ++attempt_;  // none is waited for
    show_data();
    const DataUse use = meter_.use();
    const std::string month = month_text(use.count.month);
    troubles_.tell_once("the data cap of " + megabytes(use.cap) + " is used up" + (month.empty() ? "" : " for " + month) +
                        ": claims are kept here, and go out when the month is over, or the cap (uplink.data_cap_mb) is raised");
  }

  /// Counts, and sees whether a month has begun. Of several of these the last one goes on.
  void look_after(std::uint64_t attempt) {
    around_.strand.post_after(kLook, [this, attempt, alive = std::weak_ptr<bool>(alive_)] {
      if (!alive.lock() || attempt != attempts_) return;
      if (const std::shared_ptr<Session> kept = session_) kept->look_at_data();
      meter_.look();
      show_data();
      if (given_up_) connect();
      look_after(attempt);
    });
  }

  void show_data() {
    const DataUse use = meter_.use();
    const DataStage before = board_.get().data.stage;
    board_.update([&use](LinkStatus& status) { status.data = use; });
    if (before == use.stage || use.stage == DataStage::used_up) return;
    const std::string cap = "the data cap of " + megabytes(use.cap);
    if (use.stage == DataStage::sparing) {
      around_.log.write(LogLevel::warning, "uplink",
                        "nine tenths of " + cap + " are used: only claims and their receipts go over the line from now on");
    } else {
      around_.log.write(LogLevel::info, "uplink", cap + " has room again");
    }
  }

  static std::string megabytes(std::uint64_t bytes) { return std::to_string(bytes / 1'000'000) + " MB"; }

  void connect_anew() override {
    if (stopped_) return;
    session_.reset();  // the former broker says "offline" by the will
    set_connected(false);
    terms_ = {around_.options.keep_alive};
    connect_after(std::chrono::milliseconds(0));
  }

  bool may_try() override {
    if (given_up_ || around_.clock.monotonic() < pause_) return false;
    return meter_.use().stage == DataStage::free || !session_;
  }

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
    const bool goes_back = moving_.session_ended(why.message);
    if (goes_back) terms_ = {around_.options.keep_alive};
    const std::chrono::milliseconds delay = goes_back ? std::chrono::milliseconds(0) : backoff_.next(around_.random);
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
  DataMeter meter_;
  std::atomic<bool> awaits_claims_ = false;
  Terms terms_;
  std::chrono::milliseconds pause_{0};
  Surroundings around_;
  bool stopped_ = true;
  bool given_up_ = false;       // for the month: there is no session, and none is waited for
  std::uint64_t attempts_ = 0;  // of start() and stop(): one looks after the data
  paho::LossGuess losses_;
  RepeatedLine complaints_;
  std::optional<std::chrono::milliseconds> ready_at_;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);  // timers hold it weakly, to see whether this object exists
  std::shared_ptr<Session> session_;
  Moving moving_;
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
