// SPDX-License-Identifier: Apache-2.0
// What is published and not acknowledged yet. Private to the broker's folder. Threads: one at a time.
#pragma once

#include <cstddef>
#include <deque>
#include <utility>

namespace greentill::credit {

/// Publications under way, so many at most: Paho keeps a copy of each until the broker has acknowledged it, and refuses more than
/// a number of them ("No more messages can be buffered"). `Token`: a pointer to what has is_complete(), as mqtt::token_ptr.
template <typename Token>
class Underway {
 public:
  explicit Underway(std::size_t most) : most_(most) {}

  /// Whether there is room for another one.
  bool has_room() {
    while (!tokens_.empty() && tokens_.front()->is_complete()) tokens_.pop_front();
    return tokens_.size() < most_;
  }
  /// For which to wait where there is no room. Requires: some are under way.
  [[nodiscard]] const Token& oldest() const { return tokens_.front(); }
  /// Requires: there is room.
  void add(Token token) { tokens_.push_back(std::move(token)); }

 private:
  const std::size_t most_;
  std::deque<Token> tokens_;  // in the order of the publications, in which brokers acknowledge them
};

}  // namespace greentill::credit
