// SPDX-License-Identifier: Apache-2.0
// Decisions that reach over many claims, done in parts: each part is a transaction, and what is left stands in `work`, so that
// whoever comes next goes on. Called within the store's current transaction. Private to ledger/. Threads: one.
#pragma once

#include <string>

#include "tools/credit-service/ledger/deciding.hpp"

namespace greentill::credit {

/// What is done with each claim.
enum class SweepKind : std::uint8_t {
  release_chain = 0,  ///< the holds of a chain go, and the claim is decided
  dismiss_chain = 1,  ///< what is held with a chain is dismissed
  revoke = 2,         ///< what arrived since a time is held
  trust = 3,          ///< what was held for that is decided again
  consent = 4,        ///< what a consent's place covers now is decided
  hold_chain = 5,     ///< what was on probation is held as its chain is
  screen = 6,         ///< what came for a day that stands out is held, until that is lifted
  methodologies = 7,  ///< what came since a time is held, or no longer, as its methodologies hold now
};

struct Sweep {
  SweepKind kind = SweepKind::release_chain;
  std::string device;
  std::int64_t chain = 0;      ///< its number; 0: all of the device's
  std::int64_t since = 0;      ///< when a claim arrived at the earliest that is looked at: of a revocation, and of methodologies
  std::int64_t after = 0;      ///< the id of the claim that was done last
  std::uint64_t last_seq = 0;  ///< of a consent: up to that place of the chain
  std::string activity = {};   ///< of a day that stands out, this and what follows
  std::int64_t day = 0;
  std::int64_t last = 0;  ///< the highest id of what came for it
};

class Sweeps {
 public:
  Sweeps(Store& store, Lookup& lookup, Deciding& deciding, Days& days)
      : store_(store), lookup_(lookup), deciding_(deciding), days_(days) {}

  /// Begins it: the first part comes with the work that is due.
  Status begin(const Sweep& sweep, std::int64_t now);
  /// A key with a successor is good up to there: what lies before it is decided. `chains`: the device's.
  Status cover(const std::string& device, std::vector<Chain>& chains, const KeyEnd& end, std::int64_t now);
  /// Does the next part of what stands in `work`, and ends it, or puts back what is left.
  Status go_on(const Work& work, std::int64_t now);

  /// Releases one claim from these holds, which do not hold it again. `lifts`: a person looked at them; else they ended.
  Status release(std::int64_t claim, Holds holds, bool lifts, std::int64_t now);
  /// Refuses the claim for good, with all that its device told of the act besides.
  Status dismiss(std::int64_t claim, std::int64_t now);

 private:
  Result<std::vector<std::int64_t>> next(const Sweep& sweep);
  Status hold_by_methodology(std::int64_t claim, std::int64_t now);
  Status hold_anew(std::int64_t claim, std::int64_t now);
  Result<std::vector<std::int64_t>> next_of_day(const Sweep& sweep);
  Result<bool> is_of_day(const Sweep& sweep, const Decision& decision, const claim::Claim& claim);
  Status hold(const Sweep& sweep, std::int64_t claim, std::int64_t now);
  Status apply(const Sweep& sweep, std::int64_t claim, std::int64_t now);

  Store& store_;
  Lookup& lookup_;
  Deciding& deciding_;
  Days& days_;
};

}  // namespace greentill::credit
