// SPDX-License-Identifier: Apache-2.0
#include "tools/lock-sim/sim_lock.hpp"

#include <algorithm>

namespace greentill::lock_sim {
namespace {

using firmware::Lock;

constexpr std::uint32_t kSectorBytes = 2048;
constexpr std::uint32_t kJournalSectors = 16;
constexpr std::uint32_t kSectors = 2 + kJournalSectors;
constexpr std::uint64_t kPauseMs = 120'000;  // between two riders
constexpr std::uint16_t kFullMv = 3000;
constexpr std::uint16_t kEmptyMv = 2400;

}  // namespace

SimLock::SimLock(std::unique_ptr<firmware::FileFlash> flash, const About& about)
    : name_(about.name),
      programme_(about.programme),
      flash_(std::move(flash)),
      random_(about.seed),
      cutting_(*flash_, about.seed + 1),
      key_flash_(cutting_, 0, 1),
      identity_flash_(cutting_, 1, 1),
      journal_flash_(cutting_, 2, kJournalSectors),
      keys_(key_flash_, 0) {
  board_.set_battery(static_cast<std::uint16_t>(kEmptyMv + random_() % (kFullMv - kEmptyMv)));
}

Result<std::unique_ptr<SimLock>> SimLock::open(const About& about) {
  auto flash = firmware::FileFlash::open(about.folder + "/" + about.name + ".flash", kSectors, kSectorBytes);
  if (!flash) return Failure{flash.error()};
  std::unique_ptr<SimLock> lock(new SimLock(std::move(*flash), about));
  switch (lock->start()) {
    case Lock::Start::ready: break;
    case Lock::Start::not_provisioned:
      if (Status done = lock->provision(); !done) return Failure{done.error()};
      if (!about.only_licensed_docks) break;
      if (Status done = lock->demand_licences(); !done) return Failure{done.error()};
      break;
    default: return fail(ErrorCode::corrupt, about.name + ": its flash or its key cannot be used");
  }
  if (lock->lock_->identity().id() != about.name) return fail(ErrorCode::corrupt, about.name + ": its flash is another lock's");
  return lock;
}

firmware::LockPorts SimLock::ports() { return {journal_flash_, identity_flash_, keys_, entropy_, board_, hasher_}; }

Lock::Start SimLock::start() {
  board_.start_anew();
  link_.reset();
  lock_.emplace(ports());
  return lock_->start();
}

Status SimLock::provision() {
  firmware::Identity& identity = lock_->identity();
  const auto code = identity.propose(name_, programme_.point(), keys_);
  const auto last = code ? identity.confirm(*code, entropy_) : std::nullopt;
  if (last && identity.commit(*last)) return Done{};
  return fail(ErrorCode::invalid, name_ + ": it cannot be provisioned; a lock's id has small letters, digits and '-'");
}

Status SimLock::demand_licences() {
  firmware::SignedSettings settings;
  settings.number = 1;
  settings.settings.only_licensed_docks = true;
  if (programme_.sign_settings(name_, settings) && lock_->configure(settings) == Lock::Taken::yes) return Done{};
  return fail(ErrorCode::io, name_ + ": it does not take its settings");
}

firmware::PublicPoint SimLock::key() {
  firmware::PublicPoint key{};
  (void)keys_.export_public_key(key);
  return key;
}

Status SimLock::set_time(std::int64_t unix_seconds) {
  for (;;) {
    const std::uint64_t before = cuts_;
    Status set = try_time(unix_seconds);
    look_at_power();
    if (set || cuts_ == before) return set;
  }
}

Status SimLock::try_time(std::int64_t unix_seconds) {
  claim::Nonce nonce{};
  if (!lock_->ask_time(nonce)) return fail(ErrorCode::io, name_ + ": it has no random numbers");
  const auto message = programme_.time(nonce, unix_seconds);
  if (!message) return Failure{message.error()};
  if (lock_->set_time(*message) == Lock::Taken::yes) return Done{};
  return fail(ErrorCode::denied, name_ + ": it believes another key than the simulation's");
}

void SimLock::look_at_power() {
  while (!cutting_.powered()) {
    ++cuts_;
    cutting_.power_up();
    (void)start();
  }
}

void SimLock::ride(const Trip& trip) {
  const std::uint64_t circumference = state().settings.circumference_mm;
  const std::uint64_t turns = std::max<std::uint64_t>(trip.metres * std::uint64_t{1000} / circumference, 1);
  const std::uint64_t ms_a_turn = std::max<std::uint64_t>(trip.seconds * std::uint64_t{1000} / turns, 1);
  board_.pass(kPauseMs);
  lock_->unlock();
  look_at_power();
  const auto in_ride = [this] { return lock_->phase() != firmware::RidePhase::locked; };
  for (std::uint64_t turn = 0; turn < turns && in_ride(); ++turn) {
    board_.pass(ms_a_turn);
    lock_->pulse();
    lock_->tick();
    look_at_power();
  }
  board_.pass(1000);
  lock_->close();
  lock_->dock();
  look_at_power();
  metres_ += trip.metres;
}

void SimLock::receive(ByteView bytes, firmware::Wire& wire) {
  if (!link_) link_.emplace(*lock_, ports(), answers_);
  link_->receive(bytes);
  // A board without power says nothing any more.
  if (cutting_.powered()) wire.send(answers_.bytes);
  answers_.bytes.clear();
  look_at_power();
}

}  // namespace greentill::lock_sim
