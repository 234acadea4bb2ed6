// SPDX-License-Identifier: Apache-2.0
// The arithmetic of docs/methodologies.md, in integers: the same inputs give the same bits on every machine, so that the service
// and any verifier recompute what a terminal claimed. No heap, no floating point, no exceptions. Threads: pure, safe from any
// thread.
#pragma once

#include <cstdint>

#include "daemon/base/result.hpp"
#include "daemon/claim/claim.hpp"
#include "daemon/measure/methodology.hpp"

namespace greentill::measure {

struct Quantified {
  std::int64_t estimate_mg = 0;
  std::int64_t credited_mg = 0;  ///< one-sided 95 % lower bound, never negative
  std::int64_t measured = 0;     ///< base units that counted, after the limits
  bool capped = false;           ///< limits.max_credited applied
};

/// Why an event is not claimed.
enum class Unclaimable : std::uint8_t {
  no_quantity,  ///< none of the methodology's quantity keys is there
  negative,     ///< a quantity below zero
  below_minimum,
  implausible,       ///< beyond max_plausible, the duration's limits or the speed
  outside_validity,  ///< the event did not end while this version was valid
  overflow,          ///< beyond 128-bit intermediate or 64-bit final range
};
[[nodiscard]] const char* to_string(Unclaimable reason);

/// Computes what an event spares. `quantities` may hold more than the measured one, such as "s", a duration that counts where
/// begin and end are not known exactly.
Result<Quantified, Unclaimable> quantify(const Methodology& methodology, const claim::Quantities& quantities, std::int64_t begin,
                                         std::int64_t end);

}  // namespace greentill::measure
