// SPDX-License-Identifier: Apache-2.0
#include "tools/credit-service/registry/versions.hpp"

#include <algorithm>

namespace greentill::credit {

std::vector<RootVersion> versions_in_turn(const Root& root) {
  std::vector<RootVersion> turn = root.versions;
  std::erase_if(turn, [](const RootVersion& one) { return one.withdrawn_at && *one.withdrawn_at < one.begins; });
  return turn;
}

std::vector<RootVersion> versions_of_use(const Root& root, std::int64_t now) {
  std::vector<RootVersion> turn = versions_in_turn(root);
  // It is over when the next one begins.
  const auto is_of_use = [now](const RootVersion& next) { return next.begins > now - kVersionKept; };
  const auto next = turn.empty() ? turn.end() : std::find_if(turn.begin() + 1, turn.end(), is_of_use);
  if (!turn.empty()) turn.erase(turn.begin(), next - 1);
  return turn;
}

}  // namespace greentill::credit
