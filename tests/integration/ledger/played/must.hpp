// SPDX-License-Identifier: Apache-2.0
// What has to succeed where a schedule is played.
#pragma once

#include <utility>

#include "daemon/base/error.hpp"
#include "tests/integration/ledger/played/messages.hpp"

namespace greentill::played {

inline void must(const Status& done) {
  if (!done) give_up(done.error().message);
}
template <typename T>
T must(Result<T> made) {
  if (!made) give_up(made.error().message);
  return std::move(*made);
}

}  // namespace greentill::played
