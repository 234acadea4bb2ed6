// SPDX-License-Identifier: Apache-2.0
#include "daemon/app/own_time.hpp"

#include "daemon/app/self_check.hpp"
#include "daemon/crypto/verification_time.hpp"
#include "daemon/engine/boot.hpp"

namespace greentill::app {
OwnTime::OwnTime() : clock_(system_, engine::uptime_seconds) {}

std::optional<std::int64_t> OwnTime::ahead() const {
  const auto corrected = clock_.corrected();
  const std::int64_t difference = corrected ? system_.unix_seconds() - *corrected : 0;
  return difference > SelfCheck::kAgreeSeconds || difference < -SelfCheck::kAgreeSeconds ? std::optional(difference)
                                                                                         : std::nullopt;
}

Status OwnTime::start(const Config& config, OwnIdentity& own, Random& random, Log& log, std::function<void()> first_try_over,
                      std::function<void()> moved) {
  const enrol::EstPlace* place = own.place();
  if (!config.enrolment || place == nullptr) {
    first_try_over();
    return Done{};
  }
  if (Status ready = crypto::VerificationTime::prepare(); !ready) return ready;
  slots_.emplace(config.enrolment->folder);
  signers_.emplace(*slots_, place->get().beside_est());
  enrol::TimeMeans means{place->get().beside_est(), *signers_, [&own] { return own.device().certificate(); }, random};
  keeper_ = enrol::TimeKeeper::start({std::move(means), clock_, *place, std::move(first_try_over), std::move(moved)}, log);
  return Done{};
}

}  // namespace greentill::app
