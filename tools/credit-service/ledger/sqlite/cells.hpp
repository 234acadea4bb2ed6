// SPDX-License-Identifier: Apache-2.0
// What the ledger's cells hold in deterministic CBOR (docs/ledger.md, "Schema"). Private to this folder. Threads: pure functions.
#pragma once

#include <array>
#include <optional>
#include <vector>

#include "tools/credit-service/ledger/store.hpp"

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

/// [* [account, mg]], into a buffer that is kept for the next time. Lifetime of what it returns: the buffer's.
ByteView legs_cell(const std::vector<Leg>& legs, std::vector<std::uint8_t>& buffer);

/// Nothing where the cell is none.
std::optional<std::vector<Leg>> parse_legs(ByteView cell);

}  // namespace greentill::credit
