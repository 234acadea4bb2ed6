// SPDX-License-Identifier: Apache-2.0
// Makes a fleet's claims as the daemon does: measured by the methodologies, named by the root's nullifiers, chained and signed.
// Threads: one.
#pragma once

#include <cstdint>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include "daemon/base/error.hpp"
#include "daemon/base/ports.hpp"
#include "daemon/claim/chain.hpp"
#include "daemon/claim/claim.hpp"
#include "daemon/claim/crypto.hpp"
#include "daemon/claim/message.hpp"
#include "daemon/identity/settings.hpp"
#include "daemon/measure/library.hpp"
#include "tools/fleet-sim/day.hpp"
#include "tools/lock-sim/trips.hpp"

namespace greentill::fleet_sim {

/// Who makes a claim.
struct Maker {
  std::string device;
  Kind kind = Kind::dock;
  const identity::Settings* settings = nullptr;  ///< its merchant's
};

struct MadeClaim {
  std::vector<std::uint8_t> message;  ///< whole
  std::int64_t asked_mg = 0;          ///< credited_mg
};

class ClaimMaker {
 public:
  /// `customers`: of how many the accounts of rides are; 0: rides are nobody's. All references must outlive it.
  ClaimMaker(const measure::Library& library, Random& random, Clock& clock, std::uint64_t seed, std::uint32_t customers);
  /// Rides are drawn from a file's trips from now on; as lock_sim::Trips::load().
  Status load_trips(const std::string& path) { return trips_.load(path); }

  /// A chain's begin, as a whole message. Moves `head`, which must be of an empty chain with an id.
  Result<MadeClaim> start(const Maker& maker, claim::Signer& signer, claim::ChainHead& head);
  /// A ride or a sale that has just ended. Moves `head`. invalid where no methodology measures it.
  Result<MadeClaim> act(const Maker& maker, claim::Signer& signer, claim::ChainHead& head);

 private:
  Result<claim::Reduction> measured(const Maker& maker, std::string_view activity, const claim::Quantity& quantity,
                                    std::int64_t begin, std::int64_t end);
  Result<MadeClaim> seal(const Maker& maker, claim::Signer& signer, claim::ChainHead& head, const claim::Entry& entry,
                         const std::optional<claim::AccountHint>& account);

  const measure::Library& library_;
  Random& random_;
  Clock& clock_;
  lock_sim::Trips trips_;
  std::mt19937_64 drawn_;
  std::uint32_t customers_;
  std::uint64_t events_ = 0;
  std::string run_;    // makes event ids differ from those of other runs
  std::string token_;  // of the account of the claim that is being made
};

}  // namespace greentill::fleet_sim
