// SPDX-License-Identifier: Apache-2.0
#include "daemon/engine/turns.hpp"

#include <algorithm>
#include <cstring>
#include <utility>

#include "daemon/event/transaction_key.hpp"

namespace greentill::engine {

std::size_t Turns::KeyHash::operator()(const outbox::TransactionKey& key) const {
  std::size_t hash = 0;
  std::memcpy(&hash, key.data(), sizeof hash);
  return hash;
}

bool Turns::must_wait(const Arrival& arrival) const { return must_wait_behind(arrival, waiting_); }

void Turns::wait(Arrival arrival) { waiting_.push_back(std::move(arrival)); }

std::optional<Arrival> Turns::next() {
  // It came before all others that wait, so none of them can hold it up.
  if (waiting_.empty() || must_wait_behind(waiting_.front(), {})) return std::nullopt;
  Arrival arrival = std::move(waiting_.front());
  waiting_.pop_front();
  return arrival;
}

void Turns::begin_reversal(const outbox::TransactionKey& key, const std::optional<outbox::TransactionKey>& of) {
  begin(key);
  reversing_ = Reversing{key, of};
}

void Turns::end(const outbox::TransactionKey& key) {
  if (reversing_ && reversing_->key == key) reversing_.reset();
  under_way_.erase(key);
}

bool Turns::waits_for_reversal(const Arrival& arrival, bool first) const {
  if (arrival.passed_over) return false;
  if (arrival.reverses() && (reversing_ || !first)) return true;
  if (arrival.undo) return false;
  if (arrival.reverses() && is_under_way(event::reversed_key(arrival.transaction))) return true;
  return reversing_ && reversing_->of == arrival.key;
}

bool Turns::must_wait_behind(const Arrival& arrival, const std::deque<Arrival>& earlier) const {
  if (waits_for_reversal(arrival, earlier.empty())) return true;
  // Once the first report is durable, this one is answered from the store.
  if (!arrival.passed_over && is_under_way(arrival.key)) return true;
  if (!arrival.record) return false;
  return std::any_of(earlier.begin(), earlier.end(),
                     [&](const Arrival& other) { return other.record && other.record->source == arrival.record->source; });
}

}  // namespace greentill::engine
