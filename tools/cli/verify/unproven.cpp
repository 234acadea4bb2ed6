// SPDX-License-Identifier: Apache-2.0
#include "tools/cli/verify/unproven.hpp"

#include <algorithm>
#include <iterator>

namespace greentill::cli {

void UnprovenClaims::approach(const claim::Claim& claim) {
  const auto run = runs_.find(claim.device);
  if (run == runs_.end()) return;
  const Run& kept = run->second;
  const bool links = kept.chain == claim.chain && claim.seq == kept.last_seq + 1 && claim.prev == kept.claims.back().payload_hash;
  if (!links) leave(claim.device);
}

bool UnprovenClaims::keep(const claim::Claim& claim, UnprovenClaim unproven) {
  if (count_ == kMost) return false;
  auto run = runs_.find(claim.device);
  if (run == runs_.end()) run = runs_.emplace(claim.device, Run{claim.chain, 0, {}}).first;
  run->second.last_seq = claim.seq;
  run->second.claims.push_back(std::move(unproven));
  ++count_;
  return true;
}

std::vector<UnprovenClaim> UnprovenClaims::take(std::string_view device) {
  const auto run = runs_.find(device);
  if (run == runs_.end()) return {};
  std::vector<UnprovenClaim> claims = std::move(run->second.claims);
  runs_.erase(run);
  count_ -= claims.size();
  return claims;
}

void UnprovenClaims::leave(std::string_view device) {
  for (UnprovenClaim& claim : take(device)) alone_(std::move(claim));
}

void UnprovenClaims::finish() {
  std::vector<UnprovenClaim> all;
  all.reserve(count_);
  for (auto& [device, run] : runs_) std::ranges::move(run.claims, std::back_inserter(all));
  runs_.clear();
  count_ = 0;
  std::ranges::sort(all, {}, &UnprovenClaim::offset);
  for (UnprovenClaim& claim : all) alone_(std::move(claim));
}

}  // namespace greentill::cli
