// SPDX-License-Identifier: Apache-2.0
#include "daemon/enrol/service_answers.hpp"

#include <algorithm>
#include <array>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>

#include "daemon/base/file.hpp"
#include "daemon/base/hex_digits.hpp"
#include "daemon/base/line_allowance.hpp"
#include "daemon/claim/keyed_message.hpp"
#include "daemon/claim/lock_ride.hpp"
#include "daemon/claim/signed_time.hpp"

namespace greentill::enrol {
namespace {

constexpr std::size_t kMostWaiting = 256;
constexpr std::size_t kMostAnchorsBytes = 256u << 10;
constexpr std::size_t kMostMessageBytes = 1u << 10;
constexpr int kNotFound = 404;

bool is_nonce(std::string_view text) { return text.size() == 2 * sizeof(claim::Nonce) && is_lower_hex(text); }

bool is_lock(std::string_view text) {
  constexpr std::string_view kLetters = "abcdefghijklmnopqrstuvwxyz0123456789-";
  return !text.empty() && text.size() <= claim::kMaxDeviceIdBytes && text.find_first_not_of(kLetters) == std::string_view::npos;
}

struct Kind {
  std::string_view name;
  bool (*is_argument)(std::string_view text);
  claim::MessageType type;
};
constexpr std::array<Kind, 2> kKinds{
    {{"time", is_nonce, claim::MessageType::time}, {"locks", is_lock, claim::MessageType::lock_receipt}}};

class ThreadAnswers final : public ServiceAnswers {
 public:
  explicit ThreadAnswers(Options options)
      : options_(std::move(options)), ration_(options_.at_once, options_.each), thread_([this] { run(); }) {}
  ~ThreadAnswers() override {
    cancelled_ = true;
    {
      const std::lock_guard lock(mutex_);
      ended_ = true;
    }
    wake_.notify_all();
    thread_.join();
    for (Waiting& one : waiting_) one.done(fail(ErrorCode::unavailable, "the daemon ends"));
  }

  void ask(const std::string& kind, const std::string& argument, std::function<void(Answer)> done) override {
    const auto found = std::ranges::find(kKinds, std::string_view(kind), &Kind::name);
    if (found == kKinds.end() || !found->is_argument(argument)) {
      return done(fail(ErrorCode::unsupported, "no service answers \"" + kind + "/" + argument + "\""));
    }
    if (!queue({found, argument, done})) done(fail(ErrorCode::unavailable, "too much is asked at once"));
  }

 private:
  struct Waiting {
    const Kind* kind;
    std::string argument;
    std::function<void(Answer)> done;
  };

  bool queue(Waiting one) {
    {
      const std::lock_guard lock(mutex_);
      if (waiting_.size() >= kMostWaiting || !ration_.take(options_.clock.monotonic())) return false;
      waiting_.push_back(std::move(one));
    }
    wake_.notify_all();
    return true;
  }

  void run() {
    for (;;) {
      std::unique_lock lock(mutex_);
      wake_.wait(lock, [this] { return ended_ || !waiting_.empty(); });
      if (ended_) return;
      const Waiting one = std::move(waiting_.front());
      waiting_.pop_front();
      lock.unlock();
      one.done(fetch(one));
    }
  }

  Answer fetch(const Waiting& one) {
    if (std::string why = options_.put_off(); !why.empty()) return fail(ErrorCode::unavailable, std::move(why));
    const auto anchors = read_file(options_.slots.anchors(), kMostAnchorsBytes);
    if (!anchors) return Failure{anchors.error()};
    const EstServer server = options_.place.get().beside_est();
    const std::string operation = std::string(one.kind->name) + "/" + one.argument;
    const auto reply = enrol::ask(server, {.operation = operation, .anchors = *anchors}, options_.limit, cancelled_);
    if (!reply) return Failure{reply.error()};
    if (reply->http.status == kNotFound) return fail(ErrorCode::not_found, server.shown + ": it says nothing to this");
    if (!reply->http.ok()) return Failure{error_of(reply->http).with_context(server.shown)};
    const std::string& body = reply->http.body;
    const bool sound = body.size() <= kMostMessageBytes && claim::parse_keyed_message(as_bytes(body), one.kind->type).ok();
    if (!sound) return fail(ErrorCode::invalid, server.shown + ": what it sends is no answer to " + operation);
    return std::vector<std::uint8_t>(body.begin(), body.end());
  }

  const Options options_;
  std::atomic<bool> cancelled_{false};
  std::mutex mutex_;
  std::condition_variable wake_;
  LineAllowance ration_;
  std::deque<Waiting> waiting_;
  bool ended_ = false;
  std::thread thread_;  // last member: it uses the others
};

}  // namespace

std::unique_ptr<ServiceAnswers> ServiceAnswers::start(Options options) {
  return std::make_unique<ThreadAnswers>(std::move(options));
}

}  // namespace greentill::enrol
