// SPDX-License-Identifier: Apache-2.0
// The thread that keeps a device's identity young: it goes on under a key that was promoted, changes the key when that is old,
// and renews the certificate. In this order, since a certificate is renewed for the key in use, and in the other key's slot.
//
// What always holds:
// - While another key is in use in the folder and not gone over to, no certificate is asked for.
// - Between two tries of the same thing lie the floor and, up to a day, what the server asked for. What is put off is no try.
// - Once it is cancelled nothing is noted of what was under way.
#include <algorithm>
#include <condition_variable>
#include <mutex>
#include <thread>

#include "daemon/base/backoff.hpp"
#include "daemon/base/calendar.hpp"
#include "daemon/base/moment.hpp"
#include "daemon/crypto/fingerprint.hpp"
#include "daemon/enrol/rekey.hpp"
#include "daemon/enrol/renewal.hpp"
#include "daemon/enrol/state.hpp"

namespace greentill::enrol {
namespace {

using crypto::Certificate;
using std::chrono::milliseconds;

constexpr milliseconds kRekeyLimit = std::chrono::seconds(60);
constexpr milliseconds kLongestPause = std::chrono::hours(24);
constexpr milliseconds kLookAgain = std::chrono::hours(1);
constexpr milliseconds kFollowAgain = std::chrono::seconds(5);

/// Of a rekey that nobody waits for: what a technician would be told stands in the log.
class LogPerson final : public Person {
 public:
  explicit LogPerson(Log& log) : log_(log) {}
  void tell(const std::string& sentence) override { log_.write(LogLevel::info, "rekey", sentence); }
  Result<std::string> fingerprint() override { return fail(ErrorCode::bug, "a rekey asks for no fingerprint"); }
  Result<crypto::Secret> code() override { return fail(ErrorCode::bug, "a rekey asks for no code"); }

 private:
  Log& log_;
};

/// How long one thing rests between its tries.
class Tries {
 public:
  Tries(Clock& clock, Random& random, milliseconds floor) : clock_(clock), random_(random), floor_(floor) {}

  /// How long it has to rest still; 0: it may be tried.
  [[nodiscard]] milliseconds left() const { return std::max(until_ - clock_.monotonic(), milliseconds(0)); }
  milliseconds rest(milliseconds pause) {
    until_ = clock_.monotonic() + pause;
    return pause;
  }
  void worked() { failures_ = 0; }
  /// It failed, and the server asked to be left alone for so long.
  milliseconds failed(std::int64_t told_wait_s) {
    const auto pause = spread(doubled(floor_, failures_++, std::max(kLongestPause, floor_)), 2, random_);
    return rest(std::max(pause, std::min(milliseconds(std::chrono::seconds(told_wait_s)), kLongestPause)));
  }

 private:
  Clock& clock_;
  Random& random_;
  const milliseconds floor_;
  milliseconds until_{0};
  unsigned failures_ = 0;
};

class ThreadRenewer final : public Renewer {
 public:
  ThreadRenewer(Options options, Log& log)
      : options_(std::move(options)),
        log_(log),
        person_(log),
        in_use_(options_.in_use),
        renewals_(options_.means.clock, options_.means.random, options_.floor),
        rekeys_(options_.means.clock, options_.means.random, options_.floor),
        thread_([this] { run(); }) {}
  ~ThreadRenewer() override {
    {
      const std::lock_guard lock(mutex_);
      cancelled_ = true;
    }
    wake_.notify_all();
    thread_.join();
  }

  void look_now() override {
    {
      const std::lock_guard lock(mutex_);
      woken_ = true;
    }
    wake_.notify_all();
  }

  [[nodiscard]] RenewalStatus status() const override {
    const std::lock_guard lock(mutex_);
    return status_;
  }

 private:
  void run() {
    while (!cancelled_) {
      milliseconds pause = follow();
      if (pause == kLookAgain) pause = std::min(pause, look_at_key());
      if (pause > milliseconds(0) && !is_behind_) pause = std::min(pause, look_at_certificate());
      std::unique_lock lock(mutex_);
      wake_.wait_for(lock, pause, [this] { return cancelled_.load() || woken_; });
      woken_ = false;
    }
  }

  /// Goes on under the key that is in use in the folder, where it is another one: whoever promoted it, and before what end.
  milliseconds follow() {
    is_behind_ = false;
    if (!options_.rekey.take_up) return kLookAgain;
    const auto used = in_use(options_.means.slots);
    if (!used || !*used || (*used)->same_key(in_use_)) return kLookAgain;
    is_behind_ = true;
    const auto taken = options_.rekey.take_up();
    if (!taken) {
      tell_once("this device cannot go on under its new key yet: " + taken.error().message);
      return kFollowAgain;
    }
    in_use_ = *taken;
    const std::int64_t now = options_.now();
    set([now](RenewalStatus& status) {
      status.rekeyed_at = now;
      status.last_error.clear();
    });
    log_.write(LogLevel::info, "rekey",
               "this device goes on under another key, with the fingerprint " + crypto::fingerprint_of(in_use_.key_hash()));
    return milliseconds(0);
  }

  /// Until when the key is in use, as far as nobody changes it by hand. Where its begin cannot be noted, the certificate's is it.
  [[nodiscard]] std::int64_t key_due() const {
    if (options_.rekey.after <= std::chrono::seconds(0)) return 0;
    const auto since = StateFiles(options_.means.slots).key_since(in_use_);
    return rekey_due(since ? *since : in_use_.not_before(), options_.rekey.after, in_use_.key_hash());
  }

  milliseconds look_at_key() {
    if (!options_.rekey.take_up) return kLookAgain;
    const std::int64_t due = key_due();
    set([due](RenewalStatus& status) { status.rekey_from = due; });
    const auto begun = StateFiles(options_.means.slots).load_rekey();
    const std::int64_t left = due == 0 ? kLookAgain / std::chrono::seconds(1) : due - options_.now();
    if ((!begun || !*begun) && left > 0) return std::min<milliseconds>(std::chrono::seconds(left), kLookAgain);
    if (const milliseconds rest = rekeys_.left(); rest > milliseconds(0)) return rest;
    const std::string why = put_off();
    return why.empty() ? change_key() : rekeys_.rest(wait(why));
  }

  milliseconds change_key() {
    std::int64_t told_wait_s = 0;
    const RenewalMeans& means = options_.means;
    const EnrolmentOptions options{options_.place.get(), in_use_.common_name(), std::chrono::seconds(0), kRekeyLimit, {}, {}};
    const auto changed = rekey(options, {means.slots, means.vault, means.clock, means.random, person_, cancelled_},
                               options_.rekey.try_it, told_wait_s);
    if (cancelled_) return kLookAgain;
    if (changed) {
      rekeys_.worked();
      if (changed->clock) log_.write(LogLevel::warning, "rekey", *changed->clock);
      return milliseconds(0);  // and it is followed
    }
    const milliseconds pause = rekeys_.failed(told_wait_s);
    tried(pause, changed.error().message);
    log_.write(LogLevel::warning, "rekey",
               "the device's key was not changed: " + changed.error().message + "; trying again in " +
                   span_text(pause / std::chrono::seconds(1)));
    return pause;
  }

  milliseconds look_at_certificate() {
    const std::int64_t due = renewal_due(in_use_);
    set([due](RenewalStatus& status) { status.due_from = due; });
    const std::int64_t left = due - options_.now();
    if (left > 0) return std::min<milliseconds>(std::chrono::seconds(left), kLookAgain);
    if (const milliseconds rest = renewals_.left(); rest > milliseconds(0)) return rest;
    const std::string why = put_off();
    return why.empty() ? attempt() : renewals_.rest(wait(why));
  }

  [[nodiscard]] std::string put_off() const { return options_.put_off ? options_.put_off() : std::string(); }

  milliseconds wait(const std::string& why) {
    const std::int64_t next = options_.now() + kLookAgain / std::chrono::seconds(1);
    set([&](RenewalStatus& status) { status.next_try_at = next; });
    tell_once(why);
    return kLookAgain;
  }

  void tell_once(const std::string& why) {
    bool is_new = false;
    set([&](RenewalStatus& status) {
      is_new = status.last_error != why;
      status.last_error = why;
    });
    if (is_new) log_.write(LogLevel::info, "renewal", why);
  }

  void tried(milliseconds pause, const std::string& error) {
    const std::int64_t now = options_.now();
    set([&](RenewalStatus& status) {
      status.tried_at = now;
      status.next_try_at = now + pause / std::chrono::seconds(1);
      status.last_error = error;
    });
  }

  /// Tries once; how long to rest then.
  milliseconds attempt() {
    std::int64_t told_wait_s = 0;
    RenewalMeans means = options_.means;
    means.server = options_.place.get();
    const auto renewed = renew(means, cancelled_, told_wait_s);
    if (cancelled_) return kLookAgain;
    const milliseconds pause = renewed ? rest(*renewed) : rest(renewed.error(), told_wait_s);
    tried(pause, renewed ? std::string() : renewed.error().message);
    if (renewed && renewed->certificate) {
      set([](RenewalStatus& status) {
        status.renewed_at = status.tried_at;
        status.next_try_at = 0;
      });
    }
    return pause;
  }

  milliseconds rest(const Renewed& renewed) {
    renewals_.worked();
    if (renewed.clock) log_.write(LogLevel::warning, "renewal", *renewed.clock);
    if (!renewed.certificate) {
      log_.write(LogLevel::info, "renewal", "the server has no newer certificate yet; asking again tomorrow");
      return renewals_.rest(kLongestPause);
    }
    in_use_ = *renewed.certificate;
    log_.write(LogLevel::info, "renewal",
               "the device's certificate was renewed; it is valid until " + utc_text(in_use_.not_after()));
    return milliseconds(0);
  }

  milliseconds rest(const Error& why, std::int64_t told_wait_s) {
    const milliseconds pause = renewals_.failed(told_wait_s);
    log_.write(LogLevel::warning, "renewal",
               "the device's certificate, valid until " + utc_text(in_use_.not_after()) + ", was not renewed: " + why.message +
                   "; trying again in " + span_text(pause / std::chrono::seconds(1)));
    return pause;
  }

  template <typename F>
  void set(F change) {
    const std::lock_guard lock(mutex_);
    change(status_);
  }

  const Options options_;
  Log& log_;
  LogPerson person_;
  Certificate in_use_;  // this and what follows up to the mutex: the thread's
  Tries renewals_;
  Tries rekeys_;
  bool is_behind_ = false;  // another key is in use in the folder
  std::atomic<bool> cancelled_{false};
  bool woken_ = false;
  mutable std::mutex mutex_;
  std::condition_variable wake_;
  RenewalStatus status_;
  std::thread thread_;  // last member: it uses the others
};

}  // namespace

std::unique_ptr<Renewer> Renewer::start(Options options, Log& log) {
  return std::make_unique<ThreadRenewer>(std::move(options), log);
}

}  // namespace greentill::enrol
