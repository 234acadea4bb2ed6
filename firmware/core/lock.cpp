// SPDX-License-Identifier: Apache-2.0
#include "firmware/core/lock.hpp"

#include <algorithm>

#include "daemon/claim/signed_time.hpp"
#include "firmware/core/little_endian.hpp"

namespace greentill::firmware {
namespace {

constexpr std::uint64_t kCheckpointMs = 60'000;

using claim::RideKey;
using claim::RideValues;

/// The values that come of counting alone; false never, since there is room for all that a lock says.
bool put_count(RideValues& ride, const RideCount& count, const Settings& settings) {
  return ride.append(RideKey::metres, metres(count.pulses, settings.circumference_mm)) &&
         ride.append(RideKey::seconds, count.seconds) && ride.append(RideKey::pulses, count.pulses) &&
         ride.append(RideKey::circumference_mm, settings.circumference_mm) &&
         ride.append(RideKey::rejected_pulses, count.rejected_pulses) && ride.append(RideKey::pauses, count.pauses) &&
         ride.append(RideKey::paused_seconds, count.paused_seconds);
}

/// A wheel of 12 to 29 inches, at most 60 km/h.
bool plausible(const Settings& settings) {
  return settings.circumference_mm >= 900 && settings.circumference_mm <= 2400 && settings.top_speed_cm_s >= 100 &&
         settings.top_speed_cm_s <= 1667 && settings.debounce_ms <= 50 && settings.left_open_s >= 60;
}

}  // namespace

SettingsBytes settings_bytes(const SignedSettings& wanted) {
  SettingsBytes bytes{};
  const Settings& settings = wanted.settings;
  ByteWriter(bytes)
      .put(wanted.number)
      .put(settings.circumference_mm)
      .put(settings.top_speed_cm_s)
      .put(settings.debounce_ms)
      .put(flags_of(settings))
      .put(settings.left_open_s)
      .put(settings.pause_s);
  return bytes;
}

Digest settings_digest(const claim::Hasher& hasher, std::string_view lock, const SignedSettings& wanted) {
  const Bytes<1> size{static_cast<std::uint8_t>(lock.size())};
  return hasher.sha256({as_bytes("greentill lock settings"), size, as_bytes(lock), settings_bytes(wanted)});
}

Lock::Start Lock::start() {
  if (!journal_.recover()) return Start::no_flash;
  if (!ports_.keys.has_key() && !ports_.keys.generate_key(ports_.entropy)) return Start::no_key;
  PublicPoint point{};
  if (!ports_.keys.export_public_key(point)) return Start::no_key;
  key_ = claim::key_id(public_key_hash(ports_.hasher, point));
  identity_.load();
  const LockState& state = journal_.state();
  clock_.begin(state.time);
  if (!identity_.provisioned()) return Start::not_provisioned;
  if (state.riding) conclude({{state.ride, claim::RideEnding::power_lost, 0}, state.time});
  return Start::ready;
}

void Lock::unlock() {
  if (!identity_.provisioned()) return;
  if (unsigned_) {
    conclude(*unsigned_);
    if (unsigned_) refuse();
  }
  machine_.unlock(ports_.board.uptime_ms());
  tick();
}

void Lock::pulse() { machine_.pulse(ports_.board.uptime_ms(), journal_.state().settings); }

void Lock::close() {
  machine_.close(ports_.board.uptime_ms());
  tick();
}

void Lock::dock() {
  machine_.dock();
  tick();
}

void Lock::tick() {
  const std::uint64_t now_ms = ports_.board.uptime_ms();
  const auto finished = machine_.advance(now_ms, journal_.state().settings);
  if (finished) {
    conclude({*finished, clock_.now(finished->ended_ms)});
    checkpointed_ = false;
  } else if (unsigned_) {
    conclude(*unsigned_);
  } else if (machine_.in_ride() && (!checkpointed_ || now_ms - checkpoint_ms_ >= kCheckpointMs)) {
    checkpoint(now_ms);
  }
}

void Lock::power_fails() {
  // One that waits for its signature is kept already.
  if (unsigned_) return;
  if (machine_.in_ride()) return checkpoint(ports_.board.uptime_ms());
  static_cast<void>(journal_.keep(state_now()));
}

LockState Lock::state_now() const {
  LockState state = journal_.state();
  state.time = now();
  return state;
}

void Lock::checkpoint(std::uint64_t now_ms) {
  LockState state = state_now();
  state.riding = true;
  state.ride = machine_.count(now_ms);
  checkpointed_ = journal_.keep(state) == Kept::yes;
  checkpoint_ms_ = now_ms;
}

void Lock::conclude(const Concluded& ride) {
  const bool first = !unsigned_;
  const Kept kept = sign_and_keep(ride);
  if (kept == Kept::full) return refuse();
  if (kept == Kept::yes) return unsigned_.reset();
  const Concluded waiting = ride;
  unsigned_ = waiting;
  if (!first) return;
  LockState state = state_now();
  state.riding = true;
  state.ride = waiting.ride.count;
  state.time = waiting.ended_at;
  static_cast<void>(journal_.keep(state));
}

void Lock::refuse() {
  unsigned_.reset();
  LockState state = state_now();
  ++state.refused;
  state.riding = false;
  state.ride = {};
  // Where not even this is kept the flash takes nothing any more, which the next start says.
  static_cast<void>(journal_.keep(state));
}

Kept Lock::sign_and_keep(const Concluded& concluded) {
  const FinishedRide& ride = concluded.ride;
  const LockState& state = journal_.state();
  const std::uint64_t now_ms = ports_.board.uptime_ms();
  claim::LockRide content{identity_.id(), concluded.ended_at, state.last_counter + 1, {}};
  RideValues& values = content.ride;
  bool whole = put_count(values, ride.count, state.settings) && values.append(RideKey::battery_mv, ports_.board.battery_mv()) &&
               values.append(RideKey::clock, static_cast<std::int64_t>(clock_.state(now_ms)));
  if (const auto age = clock_.age(now_ms)) whole = whole && values.append(RideKey::clock_age_seconds, *age);
  whole = whole && values.append(RideKey::ending, static_cast<std::int64_t>(ride.ending)) &&
          values.append(RideKey::boot, state.boots);
  if (state.last_counter != 0) whole = whole && values.append(RideKey::previous, state.last_link);
  Bytes<256> payload{};
  const auto size = claim::encode_lock_ride(content, payload);
  if (!whole || !size) return Kept::broken;
  const ByteView written = ByteView(payload).first(*size);
  const claim::KeyedSigner signer{key_, std::nullopt};
  claim::Signature signature{};
  const Digest digest = claim::signature_digest(ports_.hasher, claim::MessageType::lock_ride, signer, written);
  if (!ports_.keys.sign_hash(digest, signature)) return Kept::broken;
  Bytes<claim::kMaxLockRideBytes> message{};
  const auto length = claim::encode_keyed_message(claim::MessageType::lock_ride, signer, written, signature, message);
  if (!length) return Kept::broken;
  return journal_.keep_ride(ByteView(message).first(*length), claim::ride_link(ports_.hasher, written));
}

bool Lock::acknowledge(std::uint32_t counter) {
  LockState state = state_now();
  if (counter <= state.acknowledged || counter > state.last_counter) return true;
  state.acknowledged = counter;
  return journal_.keep(state) == Kept::yes;
}

Lock::Licensed Lock::licensed(ByteView message, const claim::Acknowledgement& what, const claim::Signature& proof) {
  const auto parsed = claim::parse_keyed_message(message, claim::MessageType::dock_licence);
  if (!parsed || !trusts(*parsed)) return Licensed::not_trusted;
  const auto licence = claim::parse_dock_licence(parsed->payload);
  if (!licence) return Licensed::not_trusted;
  if (licence->expires_at <= now()) return Licensed::over;
  const Digest digest = claim::proof_digest(ports_.hasher, claim::acknowledgement_hash(ports_.hasher, what));
  return ports_.keys.verify_hash(licence->key, digest, proof) ? Licensed::yes : Licensed::not_its_key;
}

bool Lock::trusts(const claim::KeyedMessage& message) {
  if (!identity_.provisioned() || message.signer.key != identity_.trusted_id()) return false;
  const Digest digest = claim::signature_digest(ports_.hasher, message.type, message.signer, message.payload);
  return ports_.keys.verify_hash(identity_.trusted(), digest, message.signature);
}

Lock::Taken Lock::settle(ByteView message) {
  const auto parsed = claim::parse_keyed_message(message, claim::MessageType::lock_receipt);
  if (!parsed || !trusts(*parsed)) return Taken::refused;
  const auto receipt = claim::parse_lock_receipt(parsed->payload);
  LockState state = state_now();
  if (!receipt || receipt->lock != identity_.id() || receipt->counter > state.last_counter) return Taken::refused;
  if (receipt->counter <= state.settled) return Taken::yes;
  state.settled = static_cast<std::uint32_t>(receipt->counter);
  return journal_.keep(state) == Kept::yes ? Taken::yes : Taken::not_kept;
}

bool Lock::ask_time(claim::Nonce& out) {
  asked_ = ports_.entropy.fill(nonce_);
  out = nonce_;
  return asked_;
}

Lock::Taken Lock::set_time(ByteView message) {
  const auto parsed = claim::parse_keyed_message(message, claim::MessageType::time);
  if (!asked_ || !parsed || !trusts(*parsed)) return Taken::refused;
  const auto time = claim::parse_time(parsed->payload);
  if (!time || time->nonce != nonce_ || time->unix_seconds < 0) return Taken::refused;
  asked_ = false;
  clock_.set(time->unix_seconds, ports_.board.uptime_ms());
  return journal_.keep(state_now()) == Kept::yes ? Taken::yes : Taken::not_kept;
}

Lock::Taken Lock::configure(const SignedSettings& wanted) {
  const bool known =
      identity_.provisioned() && plausible(wanted.settings) && wanted.number > journal_.state().settings_number &&
      ports_.keys.verify_hash(identity_.trusted(), settings_digest(ports_.hasher, identity_.id(), wanted), wanted.signature);
  // Within a ride its metres would be made of two wheels.
  if (!known || machine_.in_ride()) return Taken::refused;
  LockState state = state_now();
  state.settings = wanted.settings;
  state.settings_number = wanted.number;
  return journal_.keep(state) == Kept::yes ? Taken::yes : Taken::not_kept;
}

}  // namespace greentill::firmware
