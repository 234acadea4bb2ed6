// SPDX-License-Identifier: Apache-2.0
// Private to the folders that read the service's database. Threads: pure functions.
#pragma once

#include <optional>
#include <utility>
#include <vector>

#include "daemon/base/error.hpp"

namespace greentill::credit {

/// The only one of a list that has one at most.
template <typename T>
Result<std::optional<T>> only(Result<std::vector<T>> list) {
  if (!list) return Failure{list.error()};
  return list->empty() ? std::optional<T>() : std::optional<T>(std::move(list->front()));
}

}  // namespace greentill::credit
