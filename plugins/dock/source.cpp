// SPDX-License-Identifier: Apache-2.0
#include "plugins/dock/source.hpp"

#include <sys/random.h>

#include <algorithm>
#include <ctime>
#include <stdexcept>

#include "daemon/base/calendar.hpp"

namespace greentill::dock {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr std::size_t kMostLocks = 20'000;
constexpr milliseconds kUntilDurable{5};

milliseconds seconds(const toml::Table& toml, std::string_view key, std::int64_t most, milliseconds absent) {
  return milliseconds(1000 * toml.integer_or(key, 1, most, absent.count() / 1000));
}

std::string position_of(const std::string& lock, std::uint32_t counter) { return lock + "/" + std::to_string(counter); }

}  // namespace

DockSource::DockSource(std::string_view configuration, plugin::Services services) : services_(services) {
  read(plugin::read_configuration(configuration, "dock"));
}

void DockSource::read(const toml::Table& toml) {
  places_ = {toml.texts_or_none("serial"), toml.texts_or_none("connect"), toml.texts_or_none("listen")};
  if (places_.serial.empty() && places_.connect.empty() && places_.listen.empty()) {
    toml.wrong("serial", "or connect or listen must name a line at which locks are");
  }
  mode_ = toml.text_or("mode", "bike.shared");
  if (mode_.empty()) toml.wrong("mode", "must not be empty");
  pace_.greet = seconds(toml, "every_s", 3600, pace_.greet);
  pace_.receipts = seconds(toml, "receipts_every_s", 30 * kSecondsADay, pace_.receipts);
  pace_.retry = std::min(pace_.retry, pace_.receipts);
  if (toml.has("locks")) {
    const std::string path = toml.filled_text("locks");
    list_ = parse_lock_list(plugin::read_text(path), path);
  }
  if (toml.has("hand_out")) {
    handout_.emplace(
        toml.filled_text("hand_out"), [this](const std::string& what) { log(GT_LOG_WARNING, what); },
        std::min(Handout::kBetweenLooks, pace_.greet));
  }
  toml.check();
}

void DockSource::start(std::string_view position) {
  // Where each lock is, it knows itself. The place only has to be one of ours.
  if (!position.empty() && position.find('/') == std::string_view::npos) {
    throw std::runtime_error("its place in the store is none of a dock: another plugin ran under this name");
  }
  lines_.emplace(*this, places_, pace_);
}

plugin::Source::Progress DockSource::poll(milliseconds wait, const plugin::Inlet& inlet) {
  inlet_ = &inlet;
  const Time end = steady_clock::now() + wait;
  const std::uint64_t before = handed_in_;
  lines_->wait(milliseconds(0));
  for (;;) {
    const Time now = steady_clock::now();
    take_replies(now);
    if (handout_) handout_->look(now);
    lines_->work(now);
    if (now >= end) break;
    Time next = std::min(end, std::max(lines_->due(), now));
    // The store says what is durable between two calls.
    if (!handed_.empty()) next = std::min(next, now + kUntilDurable);
    lines_->wait(std::chrono::ceil<milliseconds>(next - now));
    if (handed_in_ != before || (!handed_.empty() && steady_clock::now() >= next)) break;
  }
  inlet_ = nullptr;
  return Progress::more;
}

void DockSource::durable(std::uint64_t count) {
  for (; durable_ < count && !handed_.empty(); ++durable_) {
    const Handed& first = handed_.front();
    if (first.lock && first.place.counter > first.lock->durable.counter) first.lock->durable = first.place;
    handed_.pop_front();
  }
}

SessionOwner::Found DockSource::find(const Hello& hello) {
  std::string mode = mode_;
  if (list_) {
    const auto listed = list_->find(hello.id);
    if (listed == list_->end()) return {nullptr, "it is none of the locks that this dock serves"};
    if (listed->second.key != hello.key) return {nullptr, "it has another key than the one that is listed for it"};
    if (listed->second.state != "active") return {nullptr, "it is listed as " + listed->second.state};
    if (!listed->second.mode.empty()) mode = listed->second.mode;
  }
  auto& lock = locks_[hello.id];
  if (!lock) {
    lock = std::make_shared<LockRecord>();
    lock->id = hello.id;
    lock->key = hello.key;
    lock->mode = mode;
    met_.push_back(hello.id);
    const auto made = lock;
    forget_some();
    return {made, {}};
  }
  if (lock->key == hello.key) return {lock, {}};
  return {nullptr, "another lock spoke under this name, with another key; list the keys of the locks, to say which one is right"};
}

void DockSource::forget_some() {
  for (std::size_t tries = met_.size(); met_.size() > kMostLocks && tries > 0; --tries) {
    std::string oldest = std::move(met_.front());
    met_.pop_front();
    // One that a session or a record under way holds stays.
    if (const auto found = locks_.find(oldest); found->second.use_count() > 1) {
      met_.push_back(std::move(oldest));
    } else {
      locks_.erase(found);
    }
  }
}

bool DockSource::hand_in(const std::shared_ptr<LockRecord>& lock, const Ride& ride) {
  const std::string where = "lock " + lock->id + ", ride " + std::to_string(ride.counter);
  const auto trip = transaction_of(ride, lock->id, lock->mode, end_of(ride, lock->behind, unix_seconds()));
  if (inlet_ == nullptr || !inlet_->offer(trip, where, position_of(lock->id, ride.counter))) return false;
  handed_.push_back({lock, {ride.counter, ride.link}});
  ++handed_in_;
  return true;
}

bool DockSource::reject(const LockRecord& lock, std::uint32_t counter, const std::string& why) {
  // Records are counted by their reasons, so the reason has no number in it.
  const std::string where = "lock " + lock.id + ", ride " + std::to_string(counter) + ": " + why;
  constexpr const char* kReason = "a lock's ride cannot be taken: it is not signed by its key, or does not fit the lock's chain";
  if (inlet_ == nullptr || !inlet_->reject(where, kReason, position_of(lock.id, counter))) return false;
  handed_.push_back({});
  ++handed_in_;
  return true;
}

std::optional<std::uint64_t> DockSource::ask(std::string_view kind, std::string_view argument) {
  return services_.ask(kind, argument);
}

std::string DockSource::attempt(const std::string& what) { return services_.attempt(what).reason; }

Bytes<16> DockSource::nonce() {
  Bytes<16> nonce{};
  if (::getrandom(nonce.data(), nonce.size(), 0) != static_cast<ssize_t>(nonce.size())) {
    throw std::runtime_error("the system gives no random numbers");
  }
  return nonce;
}

std::optional<firmware::SignedSettings> DockSource::settings_for(const std::string& lock) {
  return handout_ ? handout_->settings_for(lock) : std::nullopt;
}

DockImages DockSource::images_for(std::uint32_t board) { return handout_ ? handout_->images_for(board) : DockImages{}; }

std::int64_t DockSource::unix_seconds() { return std::time(nullptr); }

void DockSource::take_replies(Time now) {
  while (const auto reply = services_.next_reply()) {
    if (!take_receipt(*reply, now)) lines_->take(*reply, now);
  }
}

bool DockSource::take_receipt(const plugin::Reply& reply, Time now) {
  const auto asked = std::ranges::find_if(locks_, [&](const auto& one) { return one.second->question == reply.question; });
  if (asked == locks_.end()) return false;
  dock::take_receipt(*asked->second, reply, pace_, now);
  return true;
}

}  // namespace greentill::dock
