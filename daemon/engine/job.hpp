// SPDX-License-Identifier: Apache-2.0
// One transaction's unit on its way into the outbox: what the committer stores, and whom to answer.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>

#include "daemon/base/error.hpp"
#include "daemon/engine/account_guard.hpp"
#include "daemon/event/answer.hpp"
#include "daemon/outbox/outbox.hpp"

namespace greentill::engine {

/// Called exactly once, from the thread that stores or within the engine's turn: must not block and must not call the engine.
using Answered = std::function<void(const Result<event::TransactionAnswer>&)>;

struct Job {
  outbox::Unit unit;
  /// Jobs of one generation build on one another: where one cannot be stored, none behind it can be.
  std::uint64_t generation = 0;
  std::optional<claim::ChainId> new_chain;  ///< begin_chain instead of commit
  /// In place of storing a unit: a commit of its own, which no other shares.
  std::function<Status(outbox::Writer&)> alone;
  event::TransactionAnswer answer;  ///< what to answer once the unit is durable
  Answered answered;
  AccountGuard::Reservation reserved;  ///< the part of the account's limits that the unit stores
};

}  // namespace greentill::engine
