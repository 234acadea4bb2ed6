// SPDX-License-Identifier: Apache-2.0
#include "tools/credit-service/broker/worker.hpp"

#include <algorithm>
#include <thread>

#include "daemon/base/backoff.hpp"
#include "daemon/base/repeated_line.hpp"
#include "daemon/paho/loss_guess.hpp"
#include "tools/credit-service/broker/session.hpp"

namespace greentill::credit {
namespace {

constexpr std::chrono::milliseconds kLeastPause{200};
constexpr std::chrono::milliseconds kMostPause{30'000};
constexpr std::chrono::seconds kStable{10};      // a session that lasted so long counts as a success
constexpr std::chrono::milliseconds kLook{200};  // how often to look for a stop

void pause(std::chrono::milliseconds left, const std::atomic<bool>& stopping, const std::function<void()>& turned) {
  for (; left > std::chrono::milliseconds(0) && !stopping; left -= kLook) {
    turned();
    std::this_thread::sleep_for(std::min(left, kLook));
  }
}

// Sessions one after the other, and what is learned from one for the next.
class Serving {
 public:
  Serving(const BrokerOptions& options, Clerk& clerk, RegistryReader& registry, BundleSource* bundles, Log& log,
          const std::atomic<bool>& stopping)
      : options_(options),
        clerk_(clerk),
        log_(log),
        stopping_(stopping),
        revocations_(registry, clock_, log),
        bundles_(bundles, registry, clock_, log),
        keep_alive_(options.keep_alive) {}

  Status run() {
    while (!stopping_) {
      options_.turned();
      const Status ended = one_session();
      if (ended || stopping_) continue;
      if (ended.error().code == ErrorCode::denied && !served_) return Failure{ended.error().with_context(broker())};
      const std::string what = broker() + ": " + ended.error().message;
      if (const auto line = complaints_.take(what, clock_.monotonic())) log_.write(LogLevel::warning, "worker", *line);
      pause(backoff_.next(random_), stopping_, options_.turned);
    }
    return Done{};
  }

 private:
  [[nodiscard]] const std::string& broker() const { return options_.target.address.shown; }

  // Done: connect again at once, or stop.
  Status one_session() {
    try {
      Session session(options_, clerk_, revocations_, bundles_, log_);
      if (Status connected = session.connect(keep_alive_, stopping_); !connected) return connected;
      if (learn(session.limits())) return Done{};
      if (Status subscribed = session.subscribe(stopping_); !subscribed) return subscribed;
      return serve(session);
    } catch (const mqtt::exception& error) {
      return fail(ErrorCode::unavailable, error.what());
    }
  }

  // Whether to connect anew, as the broker wants to hear from us more often. Paho does not keep to what it announces.
  bool learn(const paho::BrokerLimits& limits) {
    const std::string words = limits.in_words(keep_alive_);
    if (!words.empty() && words != announced_) log_.write(LogLevel::info, "worker", "the broker announces: " + words);
    if (!words.empty()) announced_ = words;
    if (!limits.keep_alive || limits.keep_alive->count() == 0 || *limits.keep_alive >= keep_alive_) return false;
    keep_alive_ = *limits.keep_alive;
    return true;
  }

  Status serve(Session& session) {
    served_ = true;
    log_.write(LogLevel::info, "worker", "takes batches from " + broker());
    const std::chrono::milliseconds begin = clock_.monotonic();
    Status ended = session.serve(stopping_);
    const std::chrono::milliseconds lasted = clock_.monotonic() - begin;
    if (lasted >= kStable || session.worked()) backoff_.reset();
    losses_.ended(lasted, session.silence(), keep_alive_);
    if (ended || ended.error().code != ErrorCode::io) return ended;
    ended.error().message +=
        losses_.question("worker use the id " + options_.client_id + " (each needs its own --client-id)", "broker.keep_alive_s");
    return ended;
  }

  const BrokerOptions& options_;
  Clerk& clerk_;
  Log& log_;
  const std::atomic<bool>& stopping_;
  const SystemClock clock_;
  SystemRandom random_;
  Backoff backoff_{kLeastPause, kMostPause};
  paho::LossGuess losses_;
  Revocations revocations_;
  BundleNews bundles_;
  RepeatedLine complaints_;
  std::chrono::seconds keep_alive_;
  std::string announced_;
  bool served_ = false;  // batches were served once: what fails now may mend itself
};

}  // namespace

Status work(const BrokerOptions& options, Clerk& clerk, RegistryReader& registry, BundleSource* bundles, Log& log,
            const std::atomic<bool>& stopping) {
  return Serving(options, clerk, registry, bundles, log, stopping).run();
}

}  // namespace greentill::credit
