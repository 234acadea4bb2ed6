// SPDX-License-Identifier: Apache-2.0
// What a session does where a lock wants licensed docks: a nonce of the lock's session, the daemon's licence and signature, and
// the acknowledgement with both (docs/dock-link.md, "Licensed docks").
#include <utility>

#include "daemon/base/hex.hpp"
#include "daemon/claim/dock_licence.hpp"
#include "daemon/crypto/hasher.hpp"
#include "firmware/core/little_endian.hpp"
#include "plugins/dock/session.hpp"

namespace greentill::dock {

using firmware::Answer;
using firmware::ByteReader;
using firmware::ByteWriter;
using firmware::Request;

namespace {

constexpr std::size_t kProofBytes = sizeof(claim::Signature);
// A daemon that has just been started is still asking for its licence: nobody is told of that.
constexpr unsigned kMostMisses = 4;
constexpr std::chrono::milliseconds kSoonAgain{3'000};

}  // namespace

void Session::drop_licence() {
  licence_nonce_.reset();
  licence_question_.reset();
  licence_.clear();
}

bool Session::ask_licensed(Time now) {
  LicenceState& state = record_->licence;
  if (now < state.try_from || licence_question_) return false;
  if (!licence_nonce_) {
    ask(Request::ask_nonce, {}, now);
    return true;
  }
  if (licence_.empty()) {
    licensed_ = record_->durable;
    const claim::Acknowledgement what{*licence_nonce_, licensed_.counter, *licensed_.link, record_->id};
    licence_question_ = owner_.ask("licence", to_hex(claim::acknowledgement_hash(crypto::hasher(), what)));
    if (!licence_question_) state.try_from = now + Exchange::kPatience;  // too many are open
    return false;
  }
  Bytes<firmware::kMostContent> content{};
  ByteWriter out(content);
  const ByteView all(licence_);
  asked_ride_ = licensed_.counter;
  out.put(licensed_.counter).put(*licensed_.link).put(all.last(kProofBytes)).put(all.first(all.size() - kProofBytes));
  ask(Request::acknowledge_licensed, out.written(), now);
  return true;
}

bool Session::take_licence(const plugin::Reply& reply, Time now) {
  if (!licence_question_ || licence_question_ != reply.question) return false;
  licence_question_.reset();
  if (!record_) return true;
  LicenceState& state = record_->licence;
  if (reply.outcome == GT_SIGNED && reply.message.size() > kProofBytes &&
      reply.message.size() <= kProofBytes + claim::kMaxDockLicenceBytes) {
    licence_ = reply.message;
    state.misses = 0;
    return true;
  }
  if (reply.outcome == GT_LATER && ++state.misses < kMostMisses) {
    state.try_from = now + kSoonAgain;
    return true;
  }
  shown_ = state.is_taken = false;
  fault_ = state.trouble =
      "it lets licensed docks alone acknowledge its rides, and this one has no licence: " + reply.reason.substr(0, 256);
  state.try_from = now + (reply.outcome == GT_NEVER ? pace_.refused : pace_.retry);
  return true;
}

void Session::licence_nonce_came(const Reply& reply, Time now) {
  ByteReader in(reply.content);
  const auto nonce = in.fixed<16>();
  if (reply.answer == Answer::done && in.done()) {
    licence_nonce_ = nonce;
    return;
  }
  // It runs another image than before, which asks for no licence, or answers nothing that can be used now.
  if (reply.answer == Answer::unknown) {
    record_->licence.is_wanted = false;
    record_->licence.trouble.clear();
  }
  record_->licence.try_from = now + pace_.retry;
}

void Session::licensed_acknowledged(const Reply& reply, Time now) {
  shown_ = false;
  licence_.clear();
  LicenceState& state = record_->licence;
  state.is_taken = false;
  switch (reply.answer) {
    case Answer::licence_refused:
      state.trouble = "it does not take this dock's licence: another key than it believes signed it";
      break;
    case Answer::licence_over: state.trouble = "this dock's licence is over by the lock's clock"; break;
    case Answer::proof_refused:
      if (!std::exchange(state.doubted, true)) {
        drop_licence();
        state.try_from = now + kSoonAgain;
        return;
      }
      state.trouble = "it does not take that this dock has the key of its licence: the line changes what is sent";
      break;
    case Answer::malformed:
    case Answer::unknown:
      state.trouble = "it does not understand this dock's licence: its firmware is another than this dock's";
      break;
    default:
      state.is_taken = reply.answer == Answer::done;
      state.doubted = false;
      state.trouble.clear();
      return ride_kept(reply.answer);
  }
  fault_ = state.trouble;
  state.try_from = now + pace_.refused;
}

}  // namespace greentill::dock
