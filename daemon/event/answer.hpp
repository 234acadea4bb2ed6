// SPDX-License-Identifier: Apache-2.0
// What a till is told of a transaction once it is durable. docs/api.md describes the same fields as JSON.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "daemon/claim/claim.hpp"
#include "daemon/event/transaction.hpp"

namespace greentill::event {

/// One claim made for a transaction.
struct ClaimedAct {
  std::uint64_t seq = 0;
  claim::ClaimId id{};
  std::string activity;
  std::int64_t estimate_mg = 0;
  std::int64_t credited_mg = 0;
  std::string bearer_secret;  ///< 32 hex digits to print for the customer, or empty
};

/// One claim taken back, in whole or part.
struct ReversedAct {
  std::uint64_t seq = 0;
  claim::ClaimId id{};
  std::string activity;                   ///< empty where the claim is elsewhere and the store no longer knows
  std::uint64_t of_seq = 0;               ///< the claim taken back; 0 where this device's chain does not hold it
  std::vector<QuantityValue> taken_back;  ///< empty: all of it
};

/// An act that was recognised but not claimed, and why.
struct UnclaimedAct {
  std::string activity;
  std::string reason;
};

struct TransactionAnswer {
  bool repeated = false;  ///< the same issuer and event id were reported before; the claims are the first ones
  std::vector<ClaimedAct> claims;
  std::vector<ReversedAct> reversals;
  std::vector<UnclaimedAct> unclaimed;  ///< empty in a repeated answer
  std::string remark;                   ///< why nothing, or not all yet, came of it; empty in a repeated answer
};

}  // namespace greentill::event
