// SPDX-License-Identifier: Apache-2.0
// An act with all that is kept with it, as the books give it, read for the rules of acts. Private to ledger/. Threads: pure
// functions.
#pragma once

#include <deque>
#include <vector>

#include "tools/credit-service/ledger/acts.hpp"
#include "tools/credit-service/ledger/books.hpp"

namespace greentill::credit {

/// Views: as long as the act that it was read from.
struct ReadAct {
  std::vector<Told> told;
  std::vector<Takes> takes;
  std::vector<const Decision*> decisions;  ///< of those that were told
  std::deque<claim::Claim> claims;         ///< into which the others point
};

/// corrupt where a claim cannot be read, or is none of an act.
Result<ReadAct> read_act(const KeptAct& act);

}  // namespace greentill::credit
