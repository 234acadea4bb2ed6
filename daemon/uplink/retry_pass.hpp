// SPDX-License-Identifier: Apache-2.0
// One round over the claims that were refused "retry later": their seqs, cut into runs that each fit a batch. It is an object
// rather than a loop, because each run waits for its receipt before the next is sent. Private to daemon/uplink.
#pragma once

#include <cstdint>
#include <optional>

#include "daemon/outbox/outbox.hpp"

namespace greentill::uplink {

struct Run {
  std::uint64_t first = 0;
  std::size_t count = 0;
};

class RetryPass {
 public:
  static constexpr std::size_t kMost = 256;  ///< how many seqs a round has

  /// Begins a round. `due` ascends, each seq once. Returns false, with nothing to send, where `due` is empty or equals the last
  /// round's: the service has just answered those and not decided on them, and asking again at once would never end.
  bool begin(outbox::DueClaims due);
  /// The chain of the round's claims.
  [[nodiscard]] const claim::ChainId& chain() const { return due_.chain; }
  /// The next run of consecutive seqs, at most `most`; nothing at the end of the round.
  [[nodiscard]] std::optional<Run> next(std::size_t most) const;
  /// The seqs up to `last` were sent.
  void sent(std::uint64_t last);
  /// Forgets the last round, so that its claims may be tried again: some time has passed.
  void rest() {
    due_ = {};
    position_ = 0;
  }

 private:
  outbox::DueClaims due_;
  std::size_t position_ = 0;
};

}  // namespace greentill::uplink
