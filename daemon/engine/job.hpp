// SPDX-License-Identifier: Apache-2.0
// One transaction's worth on its way into the outbox: what the committer stores, and whom it is answered to.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>

#include "daemon/base/error.hpp"
#include "daemon/engine/account_guard.hpp"
#include "daemon/event/answer.hpp"
#include "daemon/outbox/outbox.hpp"

namespace greentill::engine {

/// Called once, from the thread that stores, or within the engine's turn: must not block and must not call the engine.
using Answered = std::function<void(const Result<event::TransactionAnswer>&)>;

struct Job {
  outbox::Unit unit;
  /// Jobs of one generation build on one another: when one cannot be stored, none behind it can.
  std::uint64_t generation = 0;
  std::optional<claim::ChainId> new_chain;  ///< begin_chain instead of commit
  event::TransactionAnswer answer;          ///< once it is durable
  Answered answered;
  AccountGuard::Reservation reserved;  ///< of the uses that the unit stores
};

}  // namespace greentill::engine
