// SPDX-License-Identifier: Apache-2.0
// Who waits for whom: arrivals that cannot be answered yet, because something under way must be durable first. Threads: the
// engine's turn.
//
// What always holds:
// - Arrivals that wait are admitted in the order in which they came. So the first one waits only for what is under way, and never
//   for another that waits: there is no circle.
// - At most one reversal is under way, since what is left of a claim is known only once the reversal before is durable. A
//   reversal also waits behind everything that waits.
// - A reversal waits for its transaction while that is under way; a transaction waits while a reversal of it is under way.
// - An arrival whose key is under way waits, and is then answered from the store.
// - A source's record waits behind an earlier one of the same source that waits, since its position must not pass that record.
// - Whatever begin() or begin_reversal() marks as under way is ended once, when its commit is over, stored or not.
#pragma once

#include <deque>
#include <optional>
#include <string>
#include <unordered_set>

#include "daemon/engine/job.hpp"
#include "daemon/event/transaction.hpp"

namespace greentill::engine {

/// What came in: a transaction, the undoing of a claim, or a source's record without a transaction.
struct Arrival {
  event::Transaction transaction;
  std::optional<std::uint64_t> undo;           ///< the seq of the claim to undo
  std::optional<outbox::SourceRecord> record;  ///< set where a source brought it
  Answered answered;
  outbox::TransactionKey key{};
  outbox::ContentHash content{};
  bool passed_over = false;  ///< a record whose fate is known already, and of which nothing else is kept

  [[nodiscard]] bool reverses() const { return undo || transaction.is_reversal(); }
};

class Turns {
 public:
  /// Whether the arrival must wait for something under way, or behind one that waits.
  [[nodiscard]] bool must_wait(const Arrival& arrival) const;
  /// Lets the arrival wait, behind all others.
  void wait(Arrival arrival);
  /// The first that waits, as soon as it need not wait any more; else nothing.
  std::optional<Arrival> next();

  [[nodiscard]] bool is_under_way(const outbox::TransactionKey& key) const { return under_way_.contains(key); }

  /// Marks the key as under way.
  void begin(const outbox::TransactionKey& key) { under_way_.insert(key); }
  /// Marks a reversal as under way. `of`: the transaction that it takes back; none where a claim is undone.
  void begin_reversal(const outbox::TransactionKey& key, const std::optional<outbox::TransactionKey>& of);
  /// The commit is over: stored, or nothing of it was stored.
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
