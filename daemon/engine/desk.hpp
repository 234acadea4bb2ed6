// SPDX-License-Identifier: Apache-2.0
// Where tills hand transactions in and are answered: what the API needs of the engine.
#pragma once

#include <vector>

#include "daemon/base/error.hpp"
#include "daemon/event/answer.hpp"
#include "daemon/event/transaction.hpp"

namespace greentill::engine {

/// Threads: safe from any thread; calls block the caller.
class Desk {
 public:
  virtual ~Desk() = default;
  /// Answers in the order given, once every transaction is durable or refused. One error does not touch the others.
  /// full: no room on the disk; unavailable: too busy, or shutting down; invalid: the transaction itself.
  virtual std::vector<Result<event::TransactionAnswer>> submit(std::vector<event::Transaction> transactions) = 0;
  /// Takes one claim of the chain in force back, as the merchant's correction. Errors as above, and not_found.
  virtual Result<event::TransactionAnswer> undo(std::uint64_t seq) = 0;
};

}  // namespace greentill::engine
