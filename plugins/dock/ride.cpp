// SPDX-License-Identifier: Apache-2.0
#include "plugins/dock/ride.hpp"

#include <algorithm>

#include "daemon/claim/keyed_message.hpp"
#include "daemon/crypto/hasher.hpp"
#include "daemon/crypto/key_verifier.hpp"
#include "firmware/core/identity.hpp"
#include "plugins/dock/hello.hpp"

namespace greentill::dock {
namespace {

using claim::RideKey;

constexpr std::int64_t kLatest = 253'402'300'799;  // of a transaction: the last second of 9999

std::int64_t value(const claim::RideValues& values, RideKey key) { return values.get(key).value_or(0); }

const char* ending_words(std::int64_t ending) { return ending == 0 ? "locked" : ending == 1 ? "left open" : "power lost"; }

}  // namespace

bool proves(const firmware::PublicPoint& key, const Bytes<16>& nonce, const Bytes<64>& proof) {
  const auto verifier = crypto::verifier_from_point(key);
  return verifier && (*verifier)->verify(firmware::possession_digest(crypto::hasher(), nonce, key), proof);
}

Result<Ride> read_ride(ByteView message, const std::string& lock, const firmware::PublicPoint& key, std::uint32_t counter) {
  const std::string name = "its ride " + std::to_string(counter);
  const auto parsed = claim::parse_keyed_message(message, claim::MessageType::lock_ride);
  if (!parsed) return fail(ErrorCode::invalid, name + " cannot be read: " + parsed.error().reason);
  const auto ride = claim::parse_lock_ride(parsed->payload);
  if (!ride) return fail(ErrorCode::invalid, name + " cannot be read: " + ride.error().reason);
  if (ride->lock != lock) return fail(ErrorCode::invalid, name + " is the lock \"" + std::string(ride->lock) + "\"'s");
  if (ride->counter != counter) return fail(ErrorCode::invalid, name + " says that it is ride " + std::to_string(ride->counter));
  const auto verifier = crypto::verifier_from_point(key);
  if (!verifier) return fail(ErrorCode::invalid, "its key is none");
  if (!claim::verify_keyed_message(crypto::hasher(), **verifier, *parsed)) {
    return fail(ErrorCode::invalid, name + " is not signed by its key");
  }
  return Ride{{message.begin(), message.end()},  counter,   ride->ended_at, claim::ride_link(crypto::hasher(), parsed->payload),
              ride->ride.get(RideKey::previous), ride->ride};
}

std::int64_t end_of(const Ride& ride, const std::optional<Behind>& behind, std::int64_t now) {
  if (ride.is_dated()) return ride.ended_at;
  const bool same_start = behind && ride.values.get(RideKey::boot) == behind->start;
  const std::int64_t undated = ride.ended_at >= kFirstPlausible ? ride.ended_at : now;
  const std::int64_t later = same_start && behind->seconds > 0 && ride.ended_at < now
                                 ? ride.ended_at + std::min(behind->seconds, now - ride.ended_at)
                                 : undated;
  return std::max(std::min(later, now), ride.ended_at);
}

plugin::Transaction transaction_of(const Ride& ride, const std::string& lock, const std::string& mode, std::int64_t ended_at) {
  plugin::Transaction trip;
  trip.issuer = lock;
  trip.event_id = std::to_string(ride.counter);
  trip.kind = GT_KIND_TRIP;
  trip.mode = mode;
  trip.end = std::clamp<std::int64_t>(ended_at, 0, kLatest);
  // Whoever signs may say anything: a ride does not begin before 1970.
  trip.begin = trip.end - std::clamp<std::int64_t>(value(ride.values, RideKey::seconds), 0, trip.end);
  trip.quantities = {{"m.odometer", value(ride.values, RideKey::metres)}, {"s", value(ride.values, RideKey::seconds)}};
  trip.attributes = {{"lock.clock", clock_words(ride.values.get(RideKey::clock).value_or(2))},
                     {"lock.dated_by", ride.is_dated() ? "lock" : "dock"},
                     {"lock.ending", ending_words(value(ride.values, RideKey::ending))},
                     {"lock.rejected_pulses", std::to_string(value(ride.values, RideKey::rejected_pulses))},
                     {"lock.pauses", std::to_string(value(ride.values, RideKey::pauses))}};
  if (const auto age = ride.values.get(RideKey::clock_age_seconds)) {
    trip.attributes.push_back({"lock.clock_age_s", std::to_string(*age)});
  }
  trip.evidence = ride.message;
  return trip;
}

}  // namespace greentill::dock
