// SPDX-License-Identifier: Apache-2.0
// An act's key as it is stored: root, version and mac of its lowest nullifier, in deterministic CBOR. Threads: pure functions.
#pragma once

#include <array>
#include <optional>

#include "tools/credit-service/ledger/things.hpp"

namespace greentill::credit {

/// The key of an act in a cell: [root, version, mac].
class ActCell {
 public:
  explicit ActCell(const ActKey& key);
  /// Lifetime: this object's.
  [[nodiscard]] ByteView bytes() const { return ByteView(cell_).first(size_); }

 private:
  std::array<std::uint8_t, 48> cell_{};
  std::size_t size_ = 0;
};

/// Nothing where the cell is none.
std::optional<ActKey> parse_act(ByteView cell);

}  // namespace greentill::credit
