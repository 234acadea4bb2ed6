// SPDX-License-Identifier: Apache-2.0
#include "daemon/uplink/retry_pass.hpp"

#include <utility>

namespace greentill::uplink {

bool RetryPass::begin(outbox::DueClaims due) {
  if (due == due_) return false;
  due_ = std::move(due);
  position_ = 0;
  return !due_.seqs.empty();
}

std::optional<Run> RetryPass::next(std::size_t most) const {
  if (position_ == due_.seqs.size()) return std::nullopt;
  Run run{due_.seqs[position_], 1};
  while (run.count < most && position_ + run.count < due_.seqs.size() &&
         due_.seqs[position_ + run.count] == run.first + run.count)
    ++run.count;
  return run;
}

void RetryPass::sent(std::uint64_t last) {
  while (position_ < due_.seqs.size() && due_.seqs[position_] <= last) ++position_;
}

}  // namespace greentill::uplink
