// SPDX-License-Identifier: Apache-2.0
#include "daemon/uplink/retry_pass.hpp"

#include <utility>

namespace greentill::uplink {

bool RetryPass::begin(std::vector<std::uint64_t> due) {
  if (due == due_) return false;
  due_ = std::move(due);
  position_ = 0;
  return !due_.empty();
}

std::optional<Run> RetryPass::next(std::size_t most) const {
  if (position_ == due_.size()) return std::nullopt;
  Run run{due_[position_], 1};
  while (run.count < most && position_ + run.count < due_.size() && due_[position_ + run.count] == run.first + run.count)
    ++run.count;
  return run;
}

void RetryPass::sent(std::uint64_t last) {
  while (position_ < due_.size() && due_[position_] <= last) ++position_;
}

}  // namespace greentill::uplink
