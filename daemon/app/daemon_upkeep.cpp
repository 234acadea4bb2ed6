// SPDX-License-Identifier: Apache-2.0
// What keeps the daemon's identity, settings, methodologies and time good while it works, and when it waits for the line.
#include "daemon/app/greentill_daemon.hpp"

namespace greentill::app {
namespace {

// A certificate that ends so soon is renewed also where data is short; and what that takes of the line, about.
constexpr std::int64_t kRenewAnyway = 7 * kSecondsADay;
constexpr std::uint64_t kRenewalBytes = 16'000;
// And one answer of the service to a source's question.
constexpr std::uint64_t kAnswerBytes = 6'000;

}  // namespace

/// Where data is short a renewal waits, unless the certificate would end first.
std::string GreentillDaemon::renewal_put_off() {
  if (!uplink_) return {};
  const uplink::DataUse use = uplink_->status().data;
  const bool ends = own_->device().not_after() - self_check_->best_time() < kRenewAnyway;
  if (use.stage == uplink::DataStage::free || (use.stage == uplink::DataStage::sparing && ends)) {
    uplink_->also_used(kRenewalBytes);
    return {};
  }
  return "the month's data is short: the renewal waits for the next month";
}

/// Newer settings may wait, too; what they say is seldom of today.
std::string GreentillDaemon::settings_put_off() {
  if (!uplink_) return {};
  if (uplink_->status().data.stage != uplink::DataStage::free)
    return "the month's data is short: newer settings are not asked for";
  uplink_->also_used(kRenewalBytes);
  return {};
}

/// A lock can wait for its time and its receipts, too.
std::string GreentillDaemon::answers_put_off() {
  if (!uplink_) return {};
  if (uplink_->status().data.stage != uplink::DataStage::free) return "the month's data is short: the service is not asked";
  uplink_->also_used(kAnswerBytes);
  return {};
}

Status GreentillDaemon::start_methodologies() {
  return methodologies_->start([this] { return settings_put_off(); },
                               [this](std::uint64_t bytes) {
                                 if (uplink_) uplink_->also_used(bytes);
                               },
                               [this] { strand_.post([this] { engine_->mend_refused(); }); });  // which ends before the engine
}

/// The broker's certificates are not judged, and nothing is sent, before the clock was looked at.
Status GreentillDaemon::start_time() {
  const auto first_try_over = [this] {
    if (uplink_) strand_.post([this] { uplink_->start(); });
  };
  const auto moved = [this] {
    self_check_->clock_moved();
    if (uplink_) uplink_->retry_now();
  };
  return time_.start(config_, *own_, random_, log_, first_try_over, moved);
}

Status GreentillDaemon::start_renewal() {
  OwnIdentity::Course course;
  course.now = [this] { return self_check_->best_time(); };
  course.renewed = [this](const crypto::Certificate& by) { self_check_->renewed(by); };
  course.put_off = [this] { return renewal_put_off(); };
  course.broker = [this] { return uplink_ ? uplink_->status().broker : std::string(); };
  course.sign_by = [this](claim::Signer& signer) {
    std::promise<Status> done;
    engine_->rekey(signer, [&done](const Status& status) { done.set_value(status); });
    return done.get_future().get();
  };
  course.rekeyed = [this] {
    if (uplink_) uplink_->identity_changed();
  };
  return own_->start_renewal(std::move(course));
}

/// Whoever holds the authorities goes on with the new ones: what reads them by their path does so by itself.
void GreentillDaemon::start_authorities() {
  authorities_.emplace(config_, *own_, clock_, random_, log_);
  authorities_->start(
      [this] { return settings_put_off(); },
      [this] {
        if (!config_.uplink) return;
        const auto pem = read_file(config_.uplink->authorities, 1u << 20);
        if (auto authority = pem ? crypto::Authority::from_pem(*pem) : Result<crypto::Authority>(Failure{pem.error()})) {
          self_check_->authorities_changed(std::move(*authority));
        }
        strand_.post([this] {
          if (const Status loaded = trust_->reload(); !loaded) log_.write(LogLevel::error, "uplink", loaded.error().message);
        });
        uplink_->identity_changed();
      });
}

}  // namespace greentill::app
