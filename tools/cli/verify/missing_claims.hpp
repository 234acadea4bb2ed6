// SPDX-License-Identifier: Apache-2.0
// Runs of claims that a file should hold and does not. Threads: one.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "daemon/claim/claim.hpp"

namespace greentill::cli {

/// A run of missing claims. A device chooses the ids of its chains, and may choose another device's: only device and chain
/// together name one.
struct MissingClaims {
  std::string device;
  claim::ChainId chain{};
  std::uint64_t first = 0;
  std::uint64_t last = 0;
  std::uint64_t noticed_at = 0;  ///< file offset of the claim that showed the loss
};

class MissingList {
 public:
  /// A hostile file must not fill the memory: no more runs than this are kept.
  static constexpr std::size_t kMost = 4096;
  using Sink = std::function<void(const MissingClaims&)>;

  /// `overflow` is called with runs that the list has no room for.
  explicit MissingList(Sink overflow) : overflow_(std::move(overflow)) {}

  void add(MissingClaims stretch);
  /// Removes the claims first..last of that device's chain, and returns how many were in the list.
  std::uint64_t remove(std::string_view device, const claim::ChainId& chain, std::uint64_t first, std::uint64_t last);
  [[nodiscard]] const std::vector<MissingClaims>& stretches() const { return stretches_; }

 private:
  using Place = std::vector<MissingClaims>::iterator;

  Place put(Place before, MissingClaims stretch);

  Sink overflow_;
  std::vector<MissingClaims> stretches_;
};

}  // namespace greentill::cli
