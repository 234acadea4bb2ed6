// SPDX-License-Identifier: Apache-2.0
#include "daemon/enrol/time_keeper.hpp"

#include <mutex>
#include <thread>

#include "daemon/base/backoff.hpp"
#include "daemon/base/hex.hpp"
#include "daemon/base/moment.hpp"
#include "daemon/claim/signed_time.hpp"
#include "daemon/enrol/rest.hpp"

namespace greentill::enrol {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr std::int64_t kJumpSeconds = 5;  // less is not worth a jump
constexpr milliseconds kSlowest{20'000};  // an answer that took longer says too little
constexpr milliseconds kLongestRest = std::chrono::minutes(10);
constexpr milliseconds kTimeLimit = std::chrono::seconds(30);
constexpr milliseconds kBetweenDoubts = std::chrono::minutes(1);
constexpr milliseconds kNotNeeded = std::chrono::minutes(1);

Result<std::int64_t> read_time(const claim::Nonce& nonce, const claim::KeyedMessage& message) {
  const auto time = claim::parse_time(message.payload);
  if (!time) return fail(ErrorCode::invalid, std::string("its time cannot be read: ") + time.error().reason);
  if (time->nonce != nonce) return fail(ErrorCode::denied, "its time answers another question than ours");
  if (time->unix_seconds >= kReleased) return time->unix_seconds;
  return fail(ErrorCode::invalid,
              "it says that it is " + utc_text(time->unix_seconds) +
                  ", which was before this program was made: its clock is wrong, and the operator has to set it");
}

class ThreadKeeper final : public TimeKeeper {
 public:
  ThreadKeeper(Options options, Log& log) : options_(std::move(options)), log_(log), thread_([this] { run(); }) {}
  ~ThreadKeeper() override {
    rest_.end();
    thread_.join();
  }

  void look_now() override {
    const auto now = options_.clock.monotonic();
    if (now - doubted_at_.exchange(now) >= kBetweenDoubts) rest_.wake();
  }

  [[nodiscard]] std::string words() const override {
    std::string why;
    {
      const std::lock_guard lock(mutex_);
      why = last_error_;
    }
    const Clock& system = options_.clock.system();
    if (const auto corrected = options_.clock.corrected()) {
      const std::int64_t ahead = system.unix_seconds() - *corrected;
      if (ahead >= -kJumpSeconds && ahead <= kJumpSeconds) return {};
      return "this machine's clock shows " + utc_text(system.unix_seconds()) +
             ", and nobody keeps it; by the service's signed time it is " + utc_text(*corrected) +
             ", which holds for claims and certificates. Set the clock, or let a time server keep it";
    }
    return system.synchronised() || why.empty() ? std::string() : "no service could be asked for the time: " + why;
  }

 private:
  void run() {
    milliseconds pause = look(options_.first_limit);
    if (!rest_.ended()) options_.first_try_over();
    while (rest_.take(pause)) pause = look(kTimeLimit);
  }

  /// Asks where that is needed; how long to rest then.
  milliseconds look(milliseconds limit) {
    if (options_.clock.synchronised()) {
      failures_ = 0;
      return kNotNeeded;
    }
    const EstServer server = options_.place.get().beside_est();
    options_.means.signers.ask_at(server);
    const auto time = ask_time({server, options_.means.signers, options_.means.own, options_.means.random}, limit, rest_.ended());
    if (rest_.ended()) return kNotNeeded;
    tell(time);
    if (!time) return doubled(options_.floor, failures_++, kLongestRest);
    failures_ = 0;
    const std::int64_t moved = *time - options_.clock.unix_seconds();
    if (moved < -kJumpSeconds || moved > kJumpSeconds) {
      log_.write(LogLevel::warning, "time",
                 "the clock shows " + utc_text(options_.clock.unix_seconds()) +
                     ", which nobody keeps; by the service's signed time it is " + utc_text(*time) + ", which holds from now on");
      options_.clock.correct(*time);
      options_.moved();
    }
    return options_.ask_again;
  }

  void tell(const Result<std::int64_t>& time) {
    // A service that tells nobody the time is no fault of this device; whether the clock is wrong, others see.
    const bool absent = !time && time.error().code == ErrorCode::not_found;
    if (absent && !told_absent_) log_.write(LogLevel::info, "time", time.error().message);
    told_absent_ = absent;
    const std::string why = time || absent ? std::string() : time.error().message;
    bool is_new = false;
    {
      const std::lock_guard lock(mutex_);
      is_new = last_error_ != why;
      last_error_ = why;
    }
    if (is_new && !why.empty()) log_.write(LogLevel::warning, "time", "no service could be asked for the time: " + why);
  }

  const Options options_;
  Log& log_;
  unsigned failures_ = 0;     // the thread's
  bool told_absent_ = false;  // the thread's
  Rest rest_;
  std::atomic<milliseconds> doubted_at_{-kBetweenDoubts};
  mutable std::mutex mutex_;
  std::string last_error_;
  std::thread thread_;  // last member: it uses the others
};

}  // namespace

Result<std::int64_t> ask_time(const TimeMeans& means, milliseconds limit, const std::atomic<bool>& cancelled) {
  if (Status ready = means.signers.prepare(means.own(), limit, cancelled); !ready) return Failure{ready.error()};
  claim::Nonce nonce{};
  means.random.fill(nonce);
  const auto asked_at = steady_clock::now();
  const std::string operation = "time/" + to_hex(nonce);
  const auto reply = ask(means.server, {.operation = operation}, limit, cancelled);
  const auto answered_at = steady_clock::now();
  if (!reply) return Failure{reply.error()};
  if (!reply->http.ok()) {
    const ErrorCode code = reply->http.status == 404 ? ErrorCode::not_found : ErrorCode::unavailable;
    return fail(code, means.server.shown + ": it does not tell the time (" + std::to_string(reply->http.status) + ")");
  }
  if (answered_at - asked_at > kSlowest) return fail(ErrorCode::unavailable, means.server.shown + ": it told the time too late");
  const auto message = claim::parse_keyed_message(as_bytes(reply->http.body), claim::MessageType::time);
  if (!message) return fail(ErrorCode::invalid, means.server.shown + ": its time cannot be read: " + message.error().reason);
  if (Status good = means.signers.check(*message, means.own(), limit, cancelled); !good) return Failure{good.error()};
  const auto time = read_time(nonce, *message);
  if (!time) return Failure{time.error().with_context(means.server.shown)};
  // The answer was made somewhere between; looking up who signs took its own time.
  const auto since = (steady_clock::now() - answered_at) + (answered_at - asked_at) / 2;
  return *time + std::chrono::round<std::chrono::seconds>(since).count();
}

std::unique_ptr<TimeKeeper> TimeKeeper::start(Options options, Log& log) {
  return std::make_unique<ThreadKeeper>(std::move(options), log);
}

}  // namespace greentill::enrol
