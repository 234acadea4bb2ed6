// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/firmware/journal_model.hpp"

#include <algorithm>
#include <stdexcept>

namespace greentill::test {

using namespace firmware;

void JournalModel::require(bool holds, const std::string& what) {
  if (!holds) throw std::logic_error(what);
}

void JournalModel::run(std::uint32_t rides, const std::vector<std::uint64_t>& cuts, bool acknowledges) {
  cuts_ = cuts;
  std::ranges::reverse(cuts_);
  start();
  for (std::uint32_t made = 0; made < rides; ++made) {
    for (auto checkpoints = random_() % 3; checkpoints > 0; --checkpoints) checkpoint();
    ride();
    if (acknowledges && random_() % 3 == 0) acknowledge();
  }
  check();
  require(!flash_.rewrote(), "a word was programmed twice");
}

void JournalModel::start() {
  if (!cuts_.empty()) {
    flash_.cut_at(cuts_.back());
    cuts_.pop_back();
  }
  journal_.emplace(flash_);
  if (journal_->recover()) return recovered();
  require(!flash_.powered(), "the journal does not recover");
  after_cut();
}

void JournalModel::after_cut() {
  flash_.power_up();
  start();
}

void JournalModel::recovered() {
  const LockState& now = journal_->state();
  const auto same = [&](LockState wanted) {
    require(now.boots > wanted.boots, "a start is not counted");
    wanted.boots = now.boots;
    return encode_state(now) == encode_state(wanted);
  };
  if (next_ride_ && now.last_counter == state_.last_counter + 1) {
    rides_[now.last_counter] = *next_ride_;
    require(next_ && same(*next_), "the state behind a ride that came through is another");
  } else {
    require(same(state_) || (next_ && !next_ride_ && same(*next_)),
            "the state after a power failure is neither the old nor the new one");
  }
  state_ = now;
  next_.reset();
  next_ride_.reset();
  check();
}

void JournalModel::change(const LockState& next) {
  next_ = next;
  const Kept kept = journal_->keep(next);
  if (!flash_.powered()) return after_cut();
  require(kept == Kept::yes, "the state is not kept");
  state_ = next;
  next_.reset();
}

void JournalModel::checkpoint() {
  LockState next = state_;
  next.riding = true;
  next.ride.seconds += 60;
  next.ride.pulses += static_cast<std::uint32_t>(random_() % 100);
  next.time += 60;
  change(next);
}

JournalModel::Message JournalModel::message() {
  Message bytes(1 + random_() % claim::kMaxLockRideBytes);
  for (auto& byte : bytes) byte = static_cast<std::uint8_t>(random_() % 4 == 0 ? 0xff : random_());
  return bytes;
}

void JournalModel::ride() {
  next_ride_ = message();
  LockState next = state_;
  ++next.last_counter;
  next.last_link = static_cast<std::int64_t>(random_());
  next.riding = false;
  next.ride = {};
  next_ = next;
  const Kept kept = journal_->keep_ride(*next_ride_, next.last_link);
  if (!flash_.powered()) return after_cut();
  require(kept != Kept::broken, "a ride is not kept");
  if (kept == Kept::yes) {
    state_ = next;
    rides_[state_.last_counter] = *next_ride_;
  }
  next_.reset();
  next_ride_.reset();
  if (kept == Kept::yes) return;
  LockState refusal = state_;
  ++refusal.refused;
  refusal.riding = false;
  refusal.ride = {};
  change(refusal);
}

void JournalModel::acknowledge() {
  LockState next = state_;
  next.acknowledged += static_cast<std::uint32_t>(random_() % (state_.last_counter - state_.acknowledged + 1));
  if (random_() % 2 == 0) next.settled += static_cast<std::uint32_t>(random_() % (next.acknowledged - state_.settled + 1));
  change(next);
}

void JournalModel::check() const {
  Bytes<claim::kMaxLockRideBytes> out{};
  for (auto it = rides_.upper_bound(std::max(state_.acknowledged, state_.settled)); it != rides_.end(); ++it) {
    const auto size = journal_->ride(it->first, out);
    require(size.has_value(), "undelivered ride " + std::to_string(it->first) + " is lost");
    require(std::ranges::equal(ByteView(out).first(*size), it->second), "ride " + std::to_string(it->first) + " is another");
  }
  for (std::uint32_t counter = 1; counter <= std::min(state_.acknowledged, state_.last_counter); ++counter) {
    const auto size = journal_->ride(counter, out);
    require(!size || std::ranges::equal(ByteView(out).first(*size), rides_.at(counter)), "an old ride came back as another");
  }
  require(!journal_->ride(state_.last_counter + 1, out), "there is a ride that nobody made");
}

}  // namespace greentill::test
