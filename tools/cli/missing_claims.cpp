// SPDX-License-Identifier: Apache-2.0
#include "tools/cli/missing_claims.hpp"

#include <algorithm>
#include <utility>

namespace greentill::cli {

bool MissingList::add(MissingClaims stretch) {
  if (stretches_.size() >= kMost) return false;
  stretches_.push_back(std::move(stretch));
  return true;
}

std::uint64_t MissingList::remove(const Devices& devices, const claim::ChainId& chain, std::uint64_t first, std::uint64_t last) {
  const auto overlaps = [&](const MissingClaims& stretch) {
    return stretch.chain == chain && stretch.last >= first && stretch.first <= last && devices(stretch.device);
  };
  // Asked of every claim of a file, for hardly any of which there is something to do.
  if (std::none_of(stretches_.begin(), stretches_.end(), overlaps)) return 0;
  std::uint64_t removed = 0;
  std::vector<MissingClaims> left;
  for (const MissingClaims& stretch : stretches_) {
    if (!overlaps(stretch)) {
      left.push_back(stretch);
      continue;
    }
    const std::uint64_t from = std::max(stretch.first, first);
    const std::uint64_t to = std::min(stretch.last, last);
    removed += to - from + 1;
    if (stretch.first < from) left.push_back({stretch.device, chain, stretch.first, from - 1, stretch.noticed_at});
    if (to < stretch.last) left.push_back({stretch.device, chain, to + 1, stretch.last, stretch.noticed_at});
  }
  stretches_ = std::move(left);
  return removed;
}

}  // namespace greentill::cli
