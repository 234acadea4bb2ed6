// SPDX-License-Identifier: Apache-2.0
#include "daemon/uplink/moving.hpp"

#include "daemon/base/backoff.hpp"
#include "daemon/base/moment.hpp"
#include "daemon/crypto/verification_time.hpp"

namespace greentill::uplink {
namespace {

constexpr std::chrono::milliseconds kLookAgain = std::chrono::minutes(10);

}  // namespace

Moving::Moving(const Options& options, Executor& strand, Clock& clock, Random& random, StatusBoard& board, Log& log,
               DataMeter& meter, MovingOwner& owner)
    : options_(options),
      strand_(strand),
      clock_(clock),
      random_(random),
      board_(board),
      log_(log),
      meter_(meter),
      owner_(owner),
      places_(places_of(options.server_uri, options.broker.named, options.broker.kept)) {
  show({});
}

void Moving::start() {
  running_ = true;
  look();
}

void Moving::stop() {
  running_ = false;
  on_trial_ = false;
  ++turn_;
  probe_.reset();
}

void Moving::name(const std::string& broker) {
  const std::string wanted = places_of(options_.server_uri, broker, {}).wanted;
  if (wanted == places_.wanted) return;
  const bool was_on_trial = on_trial_;
  on_trial_ = false;
  places_.wanted = wanted;
  show({});
  try_now();
  if (was_on_trial) owner_.connect_anew();
}

void Moving::try_now() {
  if (!running_ || on_trial_) return;
  failures_ = 0;
  ++turn_;
  probe_.reset();
  look();
}

void Moving::look() {
  if (places_.wanted == places_.proven) return;
  if (!owner_.may_try()) return look_after(kLookAgain);
  const auto address = parse_broker_address(places_.wanted);
  if (!address) return;  // places_of() took none that is none
  crypto::VerificationTime::set(options_.verification_time());
  probe_ = std::make_unique<Diagnosis>();
  probe_->look({*address, options_.authorities, options_.certificate, options_.key},
               [this, turn = turn_, alive = std::weak_ptr<bool>(alive_), &strand = strand_](const probe::Finding& finding) {
                 strand.post([this, turn, alive, finding] {
                   if (alive.lock() && turn == turn_) probed(finding);
                 });
               });
}

void Moving::look_after(std::chrono::milliseconds delay) {
  strand_.post_after(delay, [this, turn = ++turn_, alive = std::weak_ptr<bool>(alive_)] {
    if (alive.lock() && turn == turn_) look();
  });
}

void Moving::probed(const probe::Finding& finding) {
  meter_.reckon(finding.carried);
  if (finding.stage != probe::Stage::done) return came_to_nothing(finding.words);
  on_trial_ = true;
  log_.write(LogLevel::info, "uplink", "the settings name the broker " + places_.wanted + ": trying it");
  strand_.post_after(options_.broker.patience, [this, turn = ++turn_, alive = std::weak_ptr<bool>(alive_)] {
    if (!alive.lock() || turn != turn_ || !on_trial_) return;
    came_to_nothing("no receipt came over it");
    owner_.connect_anew();
  });
  owner_.connect_anew();
}

void Moving::came_to_nothing(const std::string& why) {
  on_trial_ = false;
  const auto pause = spread(doubled(options_.broker.pause_min, failures_++, options_.broker.pause_max), 4, random_);
  const std::string words = "the broker " + places_.wanted + " that the settings name is not to be used yet: " + why +
                            "; going on with " + places_.proven;
  log_.write(LogLevel::warning, "uplink", words + "; trying again in " + span_text(pause / std::chrono::seconds(1)));
  show(words);
  look_after(pause);
}

void Moving::receipt_applied() {
  if (!on_trial_) return;
  on_trial_ = false;
  ++turn_;
  failures_ = 0;
  places_.proven = places_.wanted;
  if (options_.broker.book != nullptr) {
    const bool configured = places_.proven == places_of(options_.server_uri, {}, {}).proven;
    options_.broker.book->keep(configured ? std::string() : places_.proven);
  }
  log_.write(LogLevel::info, "uplink", "the broker is " + places_.proven + " from now on");
  show({});
}

bool Moving::session_ended(const std::string& why) {
  if (!on_trial_) return false;
  came_to_nothing(why);
  return true;
}

void Moving::show(const std::string& words) {
  board_.update([&](LinkStatus& status) {
    status.broker = places_.proven;
    status.moving = words;
  });
}

}  // namespace greentill::uplink
