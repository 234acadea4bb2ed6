// SPDX-License-Identifier: Apache-2.0
#include "daemon/verify/lock_statement.hpp"

#include <algorithm>
#include <limits>

#include "daemon/claim/nullifier.hpp"

namespace greentill::verify {
namespace {

using claim::RideKey;

// Tags 61 and 18, as every message of ours that may be evidence wears them.
constexpr std::uint8_t kBegin[] = {0xd8, 0x3d, 0xd2};
constexpr std::string_view kRideGroup = "ride";
constexpr std::string_view kMetres = "m.odometer";
constexpr std::string_view kSeconds = "s";
constexpr std::int64_t kClockUnset = 2;

std::string ride_in_words(const claim::LockRide& ride) {
  return "ride " + std::to_string(ride.counter) + " of lock " + std::string(ride.lock);
}

void differ(Flaws& flaws, const claim::LockRide& ride, const std::string& what) {
  flaws.push_back({Reason::other_statement, "of " + ride_in_words(ride) + ' ' + what});
}

void compare_quantities(const claim::Reduction& reduction, const claim::LockRide& ride, Flaws& flaws) {
  bool has_metres = false;
  for (const claim::Quantity& one : reduction.quantities) {
    const std::string claimed = std::string(one.unit) + ' ' + std::to_string(one.value);
    const bool is_metres = one.unit == kMetres;
    has_metres = has_metres || is_metres;
    if (!is_metres && one.unit != kSeconds) {
      differ(flaws, ride, "it claims " + claimed + ", of which the lock says nothing");
      continue;
    }
    const std::int64_t said = ride.ride.get(is_metres ? RideKey::metres : RideKey::seconds).value_or(0);
    if (one.value != said) differ(flaws, ride, "it claims " + claimed + ", the lock says " + std::to_string(said));
  }
  if (!has_metres) differ(flaws, ride, "it does not claim the metres (m.odometer), which are what the lock counts");
}

/// Without a clock the lock does not know when it was: the dock dates the end, and nothing else.
void compare_times(const claim::Claim& claim, const claim::Reduction& reduction, const claim::LockRide& ride, Flaws& flaws) {
  const std::int64_t seconds = ride.ride.get(RideKey::seconds).value_or(0);
  // The end is not before the begin; their difference may be beyond 64 bits with a sign, never without.
  const auto lasted = static_cast<std::uint64_t>(reduction.end) - static_cast<std::uint64_t>(reduction.begin);
  if (lasted != static_cast<std::uint64_t>(seconds)) {
    differ(flaws, ride,
           "it claims that it took " + std::to_string(lasted) + " s, the lock says " + std::to_string(seconds) + " s");
  }
  const bool dated = ride.ride.get(RideKey::clock).value_or(kClockUnset) != kClockUnset;
  if (dated && reduction.end != ride.ended_at) {
    differ(flaws, ride,
           "it claims that it ended at " + std::to_string(reduction.end) + ", the lock says " + std::to_string(ride.ended_at));
  }
  if (!dated && (reduction.end < ride.ended_at || reduction.end > claim.issued_at)) {
    differ(flaws, ride,
           "it claims that it ended at " + std::to_string(reduction.end) +
               ", and the lock, whose clock was not set, says not before " + std::to_string(ride.ended_at) +
               "; the claim was recorded at " + std::to_string(claim.issued_at));
  }
}

}  // namespace

bool is_ride_group(std::string_view group) {
  return group.starts_with(kRideGroup) && (group.size() == kRideGroup.size() || group[kRideGroup.size()] == '.');
}

bool has_statement(const claim::Reduction& reduction) {
  if (!reduction.evidence || reduction.evidence->kind != claim::Evidence::Kind::embedded) return false;
  const ByteView bytes = reduction.evidence->bytes;
  return bytes.size() > std::size(kBegin) && std::equal(std::begin(kBegin), std::end(kBegin), bytes.begin());
}

Result<Statement, Flaw> read_statement(const claim::Reduction& reduction) {
  const auto broken = [](const claim::Fault& fault) {
    const bool is_new = fault.kind == claim::Fault::Kind::unsupported;
    return Failure{Flaw{is_new ? Reason::unsupported : Reason::bad_statement,
                        "evidence, byte " + std::to_string(fault.offset) + ": " + fault.reason}};
  };
  const auto message = claim::parse_keyed_message(reduction.evidence->bytes, claim::MessageType::lock_ride);
  if (!message) return broken(message.error());
  const auto ride = claim::parse_lock_ride(message->payload);
  if (!ride) return broken(ride.error());
  return Statement{*message, *ride};
}

Flaw missing_statement(const claim::Reduction& reduction, std::string_view root_name) {
  const char* const has = !reduction.evidence                                         ? "it has none"
                          : reduction.evidence->kind == claim::Evidence::Kind::hashed ? "it has a hash alone"
                                                                                      : "it has other evidence";
  return {Reason::no_statement,
          "under the root \"" + std::string(root_name) + "\" rides are claimed with their lock's statement; " + has};
}

bool check_statement_signature(const claim::Hasher& hasher, const Statement& statement, const StatementSigner* lock,
                               Flaws& flaws) {
  const std::string of = "lock " + std::string(statement.ride.lock);
  if (lock == nullptr) {
    flaws.push_back({Reason::unknown_lock, of + " is not known"});
    return false;
  }
  if (lock->key != statement.message.signer.key) {
    flaws.push_back({Reason::unknown_lock, of + " is known with another key than that which the statement names"});
    return false;
  }
  if (claim::verify_keyed_message(hasher, *lock->verifier, statement.message)) return true;
  flaws.push_back({Reason::bad_statement, "the key of " + of + " did not sign the statement as it stands"});
  return false;
}

void compare_with_statement(const claim::Claim& claim, const claim::Reduction& reduction, const Statement& statement,
                            const measure::Methodology* methodology, Flaws& flaws) {
  if (methodology != nullptr && !is_ride_group(methodology->exclusive_group)) {
    differ(flaws, statement.ride, "it is claimed as " + methodology->activity + ", which is no ride of a lock");
  }
  compare_quantities(reduction, statement.ride, flaws);
  compare_times(claim, reduction, statement.ride, flaws);
}

bool check_statement_root(const claim::Reduction& reduction, const Statement& statement, const StatementSigner& lock,
                          Flaws& flaws) {
  if (reduction.nullifiers[0].root == lock.root) return true;
  differ(flaws, statement.ride,
         "it is claimed under root " + std::to_string(reduction.nullifiers[0].root) + ", and the lock's is \"" + lock.root_name +
             "\", " + std::to_string(lock.root));
  return false;
}

bool names_ride(const claim::Hasher& hasher, ByteView root_key, const claim::Nullifier& nullifier, std::string_view group,
                const StatementSigner& lock, const claim::LockRide& ride) {
  const std::string issuer = lock.root_name + '/' + std::string(ride.lock);
  const std::string event = std::to_string(ride.counter);
  return claim::make_nullifier(hasher, root_key, nullifier.root, nullifier.key_version, {group, issuer, event, 0}) == nullifier;
}

}  // namespace greentill::verify
