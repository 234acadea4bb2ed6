// SPDX-License-Identifier: Apache-2.0
// Who waits for whom: what came and cannot be answered yet, because something that is under way must be durable first. One
// reversal at a time is under way, since what is left of a claim is known once the one before it is durable; and what a source
// reports behind a record that waits, waits with it, since its position must not pass that record. Threads: the engine's turn.
#pragma once

#include <deque>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "daemon/engine/job.hpp"
#include "daemon/event/transaction.hpp"

namespace greentill::engine {

/// What came: a transaction, the undoing of a claim, or a source's position alone.
struct Arrival {
  event::Transaction transaction;
  std::optional<std::uint64_t> undo;  ///< the claim's seq
  std::optional<outbox::SourcePosition> position;
  Answered answered;
  outbox::TransactionKey key{};
  bool passed_over = false;  ///< its position alone is kept

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
  /// To be told the same as whoever reported a transaction that is under way. Requires: it is.
  void join(const outbox::TransactionKey& key, Answered answered) { under_way_.at(key).push_back(std::move(answered)); }

  void begin(const outbox::TransactionKey& key) { under_way_.try_emplace(key); }
  /// `of`: the transaction taken back; none where a claim is undone.
  void begin_reversal(const outbox::TransactionKey& key, const std::optional<outbox::TransactionKey>& of);
  /// It is durable, or nothing of it was stored; says who joined.
  std::vector<Answered> end(const outbox::TransactionKey& key);

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

  std::unordered_map<outbox::TransactionKey, std::vector<Answered>, KeyHash> under_way_;
  std::optional<Reversing> reversing_;
  std::deque<Arrival> waiting_;
};

}  // namespace greentill::engine
