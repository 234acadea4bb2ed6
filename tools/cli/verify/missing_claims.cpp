// SPDX-License-Identifier: Apache-2.0
#include "tools/cli/verify/missing_claims.hpp"

#include <algorithm>
#include <utility>

namespace greentill::cli {

void MissingList::add(MissingClaims stretch) { put(stretches_.end(), std::move(stretch)); }

MissingList::Place MissingList::put(Place before, MissingClaims stretch) {
  if (stretches_.size() < kMost) return stretches_.insert(before, std::move(stretch));
  overflow_(stretch);
  return before;
}

std::uint64_t MissingList::remove(std::string_view device, const claim::ChainId& chain, std::uint64_t first, std::uint64_t last) {
  const auto overlaps = [&](const MissingClaims& stretch) {
    return stretch.chain == chain && stretch.last >= first && stretch.first <= last && stretch.device == device;
  };
  std::uint64_t removed = 0;
  // Called for every claim of a file, and for most of them nothing overlaps.
  auto at = std::find_if(stretches_.begin(), stretches_.end(), overlaps);
  while (at != stretches_.end()) {
    const std::uint64_t from = std::max(at->first, first);
    const std::uint64_t to = std::min(at->last, last);
    removed += to - from + 1;
    MissingClaims front = *at;
    front.last = from - 1;
    if (to < at->last) {
      at->first = to + 1;
      if (front.first < from) at = put(at, std::move(front));
    } else if (front.first < from) {
      *at = std::move(front);
    } else {
      at = stretches_.erase(at);
    }
    at = std::find_if(at, stretches_.end(), overlaps);
  }
  return removed;
}

}  // namespace greentill::cli
