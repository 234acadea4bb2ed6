// SPDX-License-Identifier: Apache-2.0
// Who waits for whom: what came and cannot be answered yet, because something that is under way must be durable first. One
// reversal at a time is under way, since what is left of a claim is known once the one before it is durable; and what a source
// reports behind a record that waits, waits with it, since its position must not pass that record. Threads: the engine's turn.
#pragma once

#include <deque>
#include <optional>
#include <string>
#include <unordered_set>

#include "daemon/engine/job.hpp"
#include "daemon/event/transaction.hpp"

namespace greentill::engine {

/// What came: a transaction, the undoing of a claim, or a source's record without a transaction.
struct Arrival {
  event::Transaction transaction;
  std::optional<std::uint64_t> undo;           ///< the claim's seq
  std::optional<outbox::SourceRecord> record;  ///< where a source brought it
  Answered answered;
  outbox::TransactionKey key{};
  outbox::ContentHash content{};
  bool passed_over = false;  ///< what became of it is known, and is all that is kept

  [[nodiscard]] bool reverses() const { return undo || transaction.is_reversal(); }
  /// The key of the transaction that it takes back. Requires: it is a reversal of a transaction.
  [[nodiscard]] outbox::TransactionKey reversed_key() const;
};

class Turns {
 public:
  [[nodiscard]] bool must_wait(const Arrival& arrival) const;
  void wait(Arrival arrival);
  /// The first in line, as soon as it need not wait any more.
  std::optional<Arrival> next();

  [[nodiscard]] bool is_under_way(const outbox::TransactionKey& key) const { return under_way_.contains(key); }

  void begin(const outbox::TransactionKey& key) { under_way_.insert(key); }
  /// `of`: the transaction taken back; none where a claim is undone.
  void begin_reversal(const outbox::TransactionKey& key, const std::optional<outbox::TransactionKey>& of);
  /// It is durable, or nothing of it was stored.
  void end(const outbox::TransactionKey& key);

 private:
  struct KeyHash {
    std::size_t operator()(const outbox::TransactionKey& key) const;
  };
  struct Reversing {
    outbox::TransactionKey key{};
    std::optional<outbox::TransactionKey> of;
  };
  [[nodiscard]] bool must_wait_behind(const Arrival& arrival, const std::deque<Arrival>& earlier) const;
  [[nodiscard]] bool waits_for_reversal(const Arrival& arrival, bool first) const;

  std::unordered_set<outbox::TransactionKey, KeyHash> under_way_;
  std::optional<Reversing> reversing_;
  std::deque<Arrival> waiting_;
};

}  // namespace greentill::engine
