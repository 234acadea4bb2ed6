// SPDX-License-Identifier: Apache-2.0
// Stretches of chains that a file does not hold where it should. Threads: one.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "daemon/claim/claim.hpp"

namespace greentill::cli {

/// A device chooses the id of its chain freely, also that of another device's: only the two together name one.
struct MissingClaims {
  std::string device;
  claim::ChainId chain{};
  std::uint64_t first = 0;
  std::uint64_t last = 0;
  std::uint64_t noticed_at = 0;  ///< offset in the file
};

class MissingList {
 public:
  /// A hostile file must not fill the memory: beyond this many stretches no more are kept.
  static constexpr std::size_t kMost = 4096;
  /// Whether a device's chains are meant.
  using Devices = std::function<bool(std::string_view device)>;
  using Sink = std::function<void(const MissingClaims&)>;

  /// `overflow` gets what the list is too full for.
  explicit MissingList(Sink overflow) : overflow_(std::move(overflow)) {}

  void add(MissingClaims stretch);
  /// Removes what lies in first..last of the chains of this id, and returns how many claims that were.
  std::uint64_t remove(const Devices& devices, const claim::ChainId& chain, std::uint64_t first, std::uint64_t last);
  [[nodiscard]] const std::vector<MissingClaims>& stretches() const { return stretches_; }

 private:
  using Place = std::vector<MissingClaims>::iterator;

  Place put(Place before, MissingClaims stretch);

  Sink overflow_;
  std::vector<MissingClaims> stretches_;
};

}  // namespace greentill::cli
