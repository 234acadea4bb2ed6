// SPDX-License-Identifier: Apache-2.0
// What greentill verify says of a whole file.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "daemon/claim/claim.hpp"

namespace greentill::cli {

struct ActivityTotals {
  std::uint64_t claims = 0;
  std::int64_t estimate_mg = 0;
  std::int64_t credited_mg = 0;
};

struct ChainSummary {
  std::string device;
  claim::ChainId id{};
  std::uint64_t first_seq = 0;
  std::uint64_t last_seq = 0;
  std::optional<std::uint64_t> set_apart_from;  ///< the first seq that counts for nothing, since a repair makes it anew
};

/// What receipts say of the reductions that count.
struct ReceiptSums {
  std::uint64_t receipts = 0;
  std::uint64_t accepted = 0;
  std::int64_t granted_mg = 0;  ///< of the accepted ones
  std::uint64_t held = 0;
  std::uint64_t refused = 0;          ///< for good
  std::uint64_t refused_for_now = 0;  ///< as the last receipt that names them says
  std::uint64_t unanswered = 0;       ///< no receipt at hand tells
};

/// The counts cover the whole file; the sums cover only claims without a finding that are not set apart.
struct VerifySummary {
  std::uint64_t messages = 0;  ///< that could be read as claims
  std::uint64_t sound = 0;     ///< of these, those without a finding
  std::uint64_t attested = 0;  ///< of the sound ones, those that a later claim speaks for in place of their own signature
  std::uint64_t findings = 0;
  std::uint64_t starts = 0;  ///< of chains, which claim nothing
  std::uint64_t reversals = 0;
  std::uint64_t gaps = 0;
  std::uint64_t set_apart = 0;      ///< claims that a repair took out of the sums
  std::uint64_t declared_lost = 0;  ///< claims that signed gap entries name as lost
  std::uint64_t unchecked_consents = 0;
  std::uint64_t lock_rides = 0;            ///< of the sound ones, those with a lock's statement
  std::uint64_t unchecked_statements = 0;  ///< of these, those whose signature was not looked at
  std::map<std::string, ActivityTotals> by_activity;
  std::vector<ChainSummary> chains;
  std::optional<ReceiptSums> receipts;
  std::optional<std::int64_t> first_begin;  ///< Unix seconds, over the reductions
  std::optional<std::int64_t> last_end;
};

}  // namespace greentill::cli
