// SPDX-License-Identifier: Apache-2.0
#include "plugins/dock/session.hpp"

#include <algorithm>

#include "firmware/core/little_endian.hpp"
#include "firmware/core/updater.hpp"

namespace greentill::dock {

using firmware::Answer;
using firmware::ByteReader;
using firmware::ByteWriter;
using firmware::Request;

namespace {

constexpr unsigned kMostSilences = 3;
constexpr std::uint32_t kListed = 64;
constexpr std::chrono::milliseconds kSoon{3'000};
constexpr std::chrono::milliseconds kForLicence{5'000};
constexpr std::chrono::milliseconds kWithinTrial{firmware::Updater::kTrialMs / 2};

}  // namespace

void Session::ask(Request request, ByteView content, Time now) {
  Bytes<firmware::kMostContent> whole{};
  ByteWriter out(whole);
  if (request != Request::hello) out.put(hello_->session);
  out.put(content);
  exchange_.ask(request, out.written(), now);
}

void Session::receive(ByteView bytes, Time now) {
  if (const auto reply = exchange_.receive(bytes)) answered(*reply, now);
}

Time Session::due() const {
  if (exchange_.is_open()) return exchange_.deadline();
  return hello_ ? next_greeting() : greet_from_;
}

Time Session::next_greeting() const {
  // A new image confirms itself by a hello, and goes back where none comes: also one that another dock brought, to a lock that
  // was exchanged for the one that is thought to be here.
  if (record_ && record_->handing.begins) return greeted_at_ + std::min(kSoon, pace_.greet);
  return greeted_at_ + (owner_.hands_out() ? std::min(kWithinTrial, pace_.greet) : pace_.greet);
}

void Session::work(Time now) {
  if (exchange_.expire(now)) silent(now);
  if (exchange_.is_open()) return;
  if (pending_) {
    Ride ride = std::move(*pending_);
    pending_.reset();
    take_ride(std::move(ride));
    if (pending_) return;
  }
  next(now);
}

void Session::silent(Time now) {
  if (hello_ && ++silences_ < kMostSilences) return;  // what is next is asked again
  lose(now);
}

void Session::lose(Time now) {
  if (record_) show(false);
  hello_.reset();
  proven_.reset();
  record_.reset();
  pending_.reset();
  exchange_.expire(Time::max());
  silences_ = 0;
  time_question_.reset();
  time_.clear();
  drop_licence();
  ask_time_from_ = {};
  disbelief_.clear();
  greet_from_ = now + pace_.search;
}

void Session::next(Time now) {
  if (!hello_) {
    if (now >= greet_from_) ask(Request::hello, {}, now);
    return;
  }
  if (!stopped_ && proven_ != hello_->key) {
    nonce_ = owner_.nonce();
    return ask(Request::prove, nonce_, now);
  }
  if (record_ && (ask_acknowledgement(now) || ask_about_time(now) || ask_about_receipt(now) || ask_for_rides(now))) return;
  if (record_ && !stopped_ && !pending_ && (ask_to_configure(now) || ask_about_image(now))) return;
  if (!pending_) finish(now);
}

void Session::finish(Time now) {
  if (record_) tell_gone();
  if (!shown_) show(true);
  shown_ = true;
  // A greeting ends the session for which the daemon is signing.
  const bool waits = licence_question_ && now < next_greeting() + kForLicence;
  if (now >= next_greeting() && !waits) ask(Request::hello, {}, now);
}

void Session::stop(std::string why) {
  fault_ = std::move(why);
  stopped_ = true;
  shown_ = false;
}

bool Session::ask_acknowledgement(Time now) {
  const ChainPlace& durable = record_->durable;
  if (!keeps_ || durable.counter <= acknowledged_ || !durable.link) return false;
  if (record_->licence.is_wanted) return ask_licensed(now);
  Bytes<12> content{};
  asked_ride_ = durable.counter;
  ByteWriter(content).put(durable.counter).put(*durable.link);
  ask(Request::acknowledge, content, now);
  return true;
}

bool Session::ask_about_time(Time now) {
  if (hello_->clock == 0 || !takes_time_) return false;
  if (asked_in_ != hello_->starts) {
    time_question_.reset();
    time_.clear();
  }
  if (!time_.empty()) {
    ask(Request::set_time, time_, now);
    return true;
  }
  if (time_question_ || now < ask_time_from_) return false;
  ask(Request::ask_time, {}, now);
  return true;
}

bool Session::ask_about_receipt(Time now) {
  LockRecord& lock = *record_;
  if (lock.receipt_counter > hello_->settled && takes_receipts_) {
    ask(Request::settle, lock.receipt, now);
    return true;
  }
  if (lock.question || lock.receipt_counter > hello_->settled || acknowledged_ <= hello_->settled || now < lock.ask_receipt_from)
    return false;
  lock.question = owner_.ask("locks", lock.id);
  lock.ask_receipt_from = now + (lock.question ? pace_.receipts : pace_.retry);
  return false;
}

/// Those up to `last` are not on its flash.
void Session::pass_over(std::uint32_t last) {
  record_->gone.add(record_->taken.counter + 1, last);
  record_->taken = {last, std::nullopt};
  shown_ = false;
}

/// A lock that was elsewhere may not know what the service settled meanwhile: that is asked first.
void Session::tell_gone() {
  LockRecord& lock = *record_;
  lock.gone.settle(hello_->settled);
  if (lock.question || lock.receipt_counter > hello_->settled) return;
  if (const std::string news = lock.gone.news(); !news.empty()) owner_.log(GT_LOG_WARNING, "lock " + lock.id + ": " + news);
}

bool Session::ask_for_rides(Time now) {
  if (stopped_ || pending_) return false;
  ChainPlace& taken = record_->taken;
  const std::uint32_t gone = hello_->first == 0 ? hello_->last : hello_->first - 1;
  if (taken.counter < gone) pass_over(gone);
  while (taken.counter < hello_->last) {
    const std::uint32_t counter = taken.counter + 1;
    Bytes<4> content{};
    ByteWriter(content).put(counter);
    asked_ride_ = counter;
    if (!listed_ || counter < *listed_ || counter - *listed_ >= kListed) {
      ask(Request::list, content, now);
      return true;
    }
    if ((there_ >> (counter - *listed_) & 1) != 0) {
      ask(Request::fetch, content, now);
      return true;
    }
    pass_over(counter);
  }
  return false;
}

bool Session::take(const plugin::Reply& reply, Time now) {
  if (take_licence(reply, now)) return true;
  if (time_question_ != reply.question) return false;
  time_question_.reset();
  time_trouble_.clear();
  if (reply.outcome == GT_SIGNED) {
    time_ = reply.message;
  } else {
    time_trouble_ = reply.reason;
    ask_time_from_ = now + (reply.outcome == GT_LATER ? pace_.retry : pace_.receipts);
  }
  return true;
}

void Session::show(bool is_there) {
  const Hello& hello = *hello_;
  const auto number = [](std::string name, std::int64_t value) { return plugin::Part::Field{std::move(name), {}, value}; };
  const auto text = [](std::string name, std::string value) {
    return plugin::Part::Field{std::move(name), std::move(value), {}};
  };
  if (hello.id.empty()) return complain(fault_);
  const std::uint32_t kept = std::max(acknowledged_, hello.acknowledged);
  plugin::Part part{"lock", hello.id, {}, fault_};
  part.fields = {text("line", line_),
                 number("there", is_there ? 1 : 0),
                 text("state", phase_words(hello.phase)),
                 number("battery_mv", hello.battery_mv),
                 text("clock", clock_words(hello.clock)),
                 number("clock_at", hello.time),
                 number("starts", hello.starts),
                 text("last_start", reset_words(hello.reset_reason)),
                 number("rides", hello.last),
                 number("rides_waiting", hello.last - std::min(kept, hello.last)),
                 number("rides_settled", hello.settled),
                 number("rides_refused", hello.refused),
                 number("rides_taken", record_ ? static_cast<std::int64_t>(record_->rides) : 0),
                 number("rides_gone", record_ ? record_->gone.count() : 0),
                 number("settings", hello.settings),
                 text("key_id", key_id_of(hello.key)),
                 number("damaged_frames", std::int64_t{hello.damaged_frames} + exchange_.damaged())};
  if (image_) part.fields.push_back(number("image", image_->version));
  if (record_ && record_->licence.is_wanted) {
    part.fields.push_back(text("licence", record_->licence.is_taken ? "taken" : "wanted"));
  }
  if (!time_trouble_.empty()) part.fields.push_back(text("time_trouble", time_trouble_.substr(0, 256)));
  owner_.show(part);
}

}  // namespace greentill::dock
