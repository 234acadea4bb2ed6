// SPDX-License-Identifier: Apache-2.0
// One round over the claims that were refused "retry later": their seqs, cut into runs that fit a batch each. It takes the place
// of a loop, since each run waits for its receipt. Private to daemon/uplink.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

namespace greentill::uplink {

struct Run {
  std::uint64_t first = 0;
  std::size_t count = 0;
};

class RetryPass {
 public:
  static constexpr std::size_t kMost = 256;  ///< seqs of a round

  /// `due` ascending, each once. False, with nothing to send, where it is empty or just what the last round held: the service
  /// answers those without deciding on them, and asking again at once would never end.
  bool begin(std::vector<std::uint64_t> due);
  /// The next consecutive seqs, at most `most`; nothing at the end of the round.
  [[nodiscard]] std::optional<Run> next(std::size_t most) const;
  /// The seqs up to `last` were sent.
  void sent(std::uint64_t last);
  /// Forgets the last round: some time has passed.
  void rest() {
    due_.clear();
    position_ = 0;
  }

 private:
  std::vector<std::uint64_t> due_;
  std::size_t position_ = 0;
};

}  // namespace greentill::uplink
