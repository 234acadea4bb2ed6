// SPDX-License-Identifier: Apache-2.0
// What a session makes of a lock's answers.
#include <algorithm>

#include "daemon/base/hex.hpp"
#include "firmware/core/little_endian.hpp"
#include "plugins/dock/session.hpp"

namespace greentill::dock {

using firmware::Answer;
using firmware::ByteReader;
using firmware::Request;

void Session::answered(const Reply& reply, Time now) {
  silences_ = 0;
  if (reply.request == Request::hello) return greeted(reply, now);
  if (!hello_) return;
  if (reply.answer == Answer::other_session) {
    hello_.reset();
    greet_from_ = now;
    return;
  }
  switch (reply.request) {
    case Request::prove: return proven(reply);
    case Request::ask_time: return nonce_came(reply, now);
    case Request::set_time: return time_taken(reply, now);
    case Request::list: {
      ByteReader in(reply.content);
      there_ = in.get<std::uint64_t>();
      if (reply.answer != Answer::done || !in.done()) return stop("it does not list its rides");
      listed_ = asked_ride_;
      return;
    }
    case Request::fetch: return fetched(reply);
    case Request::acknowledge: return acknowledged(reply, now);
    case Request::settle: return receipt_taken(reply);
    default: break;
  }
  if (!record_) return;
  switch (reply.request) {
    case Request::ask_nonce: return licence_nonce_came(reply, now);
    case Request::acknowledge_licensed: return licensed_acknowledged(reply, now);
    case Request::configure: return configured(reply);
    case Request::image: return image_state_came(reply);
    default: break;
  }
  if (!sending_) return;
  switch (reply.request) {
    case Request::offer_image: return offered(reply);
    case Request::write_image: return piece_taken(reply);
    case Request::finish_image: return image_finished(reply);
    default: return;
  }
}

void Session::greeted(const Reply& reply, Time now) {
  auto hello = reply.answer == Answer::done ? parse_hello(reply.content) : std::nullopt;
  if (hello) return begin_round(std::move(*hello), now);
  complain(reply.answer == Answer::not_kept ? "the lock there cannot use its key or its entropy"
                                            : "what answers there is no lock that this dock understands");
  lose(now);
}

void Session::complain(const std::string& what) {
  if (what != complaint_) owner_.log(GT_LOG_WARNING, line_ + ": " + what);
  complaint_ = what;
}

void Session::begin_round(Hello hello, Time now) {
  // An image's pieces go on over a greeting of the same start of the same lock.
  const bool goes_on = sending_ && record_ && record_->key == hello.key && record_->starts == hello.starts &&
                       std::ranges::count(owner_.images_for(image_->board), sending_) != 0;
  hello_ = std::move(hello);
  greeted_at_ = now;
  // Whatever it says may be subtracted.
  const std::int64_t ours = owner_.unix_seconds();
  behind_ = hello_->time >= 0 && hello_->time < ours ? ours - hello_->time : 0;
  fault_ = disbelief_;
  stopped_ = false;
  keeps_ = takes_time_ = takes_receipts_ = takes_settings_ = takes_image_ = true;
  pieces_ = 0;
  if (!goes_on) {
    image_.reset();
    sending_.reset();
    offers_ = 0;
  }
  shown_ = false;
  acknowledged_ = hello_->acknowledged;
  drop_licence();
  listed_.reset();
  if (proven_ != hello_->key || hello_->id.empty()) {
    proven_.reset();
    record_.reset();
    pending_.reset();
  }
  if (hello_->id.empty()) return stop("the lock there is not provisioned: it takes no rides");
  complaint_.clear();
  if (proven_) meet();
}

/// Whose key is proven is looked up, and compared with what was known.
void Session::meet() {
  SessionOwner::Found found = owner_.find(*hello_);
  record_ = std::move(found.record);
  if (!record_) return stop(std::move(found.fault));
  tell_changes();
  LockRecord& lock = *record_;
  if (lock.durable.counter <= hello_->acknowledged) lock.licence.trouble.clear();
  if (fault_.empty()) fault_ = lock.licence.trouble;
  if (fault_.empty()) fault_ = lock.handing.settings_trouble;
  if (fault_.empty()) fault_ = lock.handing.image_trouble;
  constexpr std::uint8_t kNotSet = 2;
  if (hello_->clock == kNotSet) lock.behind = Behind{hello_->starts, behind_};
  if (hello_->settled > lock.taken.counter) lock.taken = {hello_->settled, std::nullopt};
  if (lock.taken.counter > hello_->last && lock.taken.link) {
    stop("it says that it made " + std::to_string(hello_->last) + " rides, and this dock has had its ride " +
         std::to_string(lock.taken.counter) + ": its flash was put back, or two locks go on with one key");
  }
}

void Session::tell_changes() {
  LockRecord& lock = *record_;
  const std::string name = "lock " + lock.id + ": ";
  const bool was_reset = hello_->starts > lock.starts.value_or(hello_->starts);
  using firmware::ResetReason;
  const auto why = static_cast<ResetReason>(hello_->reset_reason);
  if (was_reset && (why == ResetReason::brown_out || why == ResetReason::watchdog || why == ResetReason::fault)) {
    owner_.log(GT_LOG_WARNING, name + "it started anew: " + reset_words(hello_->reset_reason));
  }
  if (hello_->refused > lock.refused.value_or(0)) {
    owner_.log(GT_LOG_WARNING, name + "it has refused " + std::to_string(hello_->refused) +
                                   " rides, since it had no room for them or could not sign them");
  }
  lock.starts = hello_->starts;
  lock.refused = hello_->refused;
}

void Session::proven(const Reply& reply) {
  ByteReader in(reply.content);
  const auto proof = in.fixed<64>();
  if (reply.answer == Answer::not_kept) return stop("it cannot use its key now");
  if (reply.answer != Answer::done || !in.done() || !proves(hello_->key, nonce_, proof)) {
    return stop("it does not have the key that it names");
  }
  proven_ = hello_->key;
  meet();
}

void Session::fetched(const Reply& reply) {
  if (!record_ || stopped_ || asked_ride_ != record_->taken.counter + 1) return;  // taken over another line meanwhile
  if (reply.answer == Answer::not_there) return pass_over(asked_ride_);
  if (reply.answer != Answer::done) return stop("it does not give its ride " + std::to_string(asked_ride_));
  const std::string what = record_->id + "/" + std::to_string(asked_ride_);
  if (const std::string why = owner_.attempt(what); !why.empty()) return refuse_ride(asked_ride_, why);
  auto ride = read_ride(reply.content, record_->id, record_->key, asked_ride_);
  static_cast<void>(owner_.attempt({}));
  if (!ride) return refuse_ride(asked_ride_, ride.error().message);
  take_ride(std::move(*ride));
}

void Session::take_ride(Ride ride) {
  ChainPlace& taken = record_->taken;
  if (ride.counter != taken.counter + 1) return;  // taken over another line meanwhile
  if (taken.link && ride.previous != taken.link) {
    return refuse_ride(ride.counter, "its ride " + std::to_string(ride.counter) + " does not follow its ride " +
                                         std::to_string(taken.counter) + " that this dock took: two locks go on with one key");
  }
  if (!owner_.hand_in(record_, ride)) {
    pending_ = std::move(ride);
    return;
  }
  taken = {ride.counter, ride.link};
  ++record_->rides;
}

/// It stays on the lock, and what follows it: a person has to look at this lock.
void Session::refuse_ride(std::uint32_t counter, const std::string& why) {
  // Where the store takes no more now, it is told at the next greeting.
  if (record_->rejected != counter && owner_.reject(*record_, counter, why)) record_->rejected = counter;
  stop(why);
}

void Session::acknowledged(const Reply& reply, Time now) {
  shown_ = false;
  if (reply.answer == Answer::no_licence) {
    LicenceState& licence = record_->licence;
    licence.is_wanted = true;
    licence.try_from = now;
    return;
  }
  ride_kept(reply.answer);
}

void Session::ride_kept(Answer answer) {
  if (answer == Answer::done || answer == Answer::not_there) {
    acknowledged_ = std::max(acknowledged_, asked_ride_);
    return;
  }
  keeps_ = false;
  const std::string ride = std::to_string(asked_ride_);
  if (answer == Answer::refused) {
    stop("its ride " + ride + " is another than the one that this dock took: two locks go on with one key");
  } else {
    fault_ = "it does not keep that its ride " + ride + " was taken: its flash fails";
  }
}

void Session::nonce_came(const Reply& reply, Time now) {
  ByteReader in(reply.content);
  const auto nonce = in.fixed<16>();
  asked_in_ = hello_->starts;
  if (reply.answer == Answer::done && in.done()) time_question_ = owner_.ask("time", to_hex(nonce));
  if (!time_question_) ask_time_from_ = now + pace_.retry;
}

void Session::time_taken(const Reply& reply, Time now) {
  time_.clear();
  takes_time_ = false;
  if (reply.answer == Answer::done) hello_->clock = 0;
  ask_time_from_ = now + (reply.answer == Answer::refused ? pace_.receipts : pace_.retry);
  heard_of_service(reply.answer, "the time");
}

void Session::receipt_taken(const Reply& reply) {
  if (record_ && reply.answer == Answer::done) {
    hello_->settled =
        std::max(hello_->settled, static_cast<std::uint32_t>(std::min<std::uint64_t>(record_->receipt_counter, UINT32_MAX)));
  }
  if (record_) record_->receipt_counter = 0;
  takes_receipts_ = false;
  heard_of_service(reply.answer, "the service's receipt");
}

void Session::heard_of_service(Answer answer, const std::string& what) {
  shown_ = false;
  if (answer == Answer::done) disbelief_.clear();
  if (answer == Answer::refused)
    fault_ = disbelief_ = "it does not take " + what + ": it believes another key than the service's";
}

}  // namespace greentill::dock
