// SPDX-License-Identifier: Apache-2.0
// What a device says with each batch of what it has stored durably of earlier receipts: the value of the MQTT user property
// kStoredProperty. docs/mqtt.md, "A batch". Threads: pure functions.
#pragma once

#include <optional>

#include "daemon/claim/claim.hpp"

namespace greentill::claim {

inline constexpr std::string_view kStoredProperty = "greentill-stored";
inline constexpr std::size_t kMaxStoredBytes = 16 + 3 * 21;

struct Stored {
  ChainId chain{};           ///< of the batch's claims; of an empty batch, the newest that the device has; zeros: it has none
  std::uint64_t head = 0;    ///< of that chain, as the last receipt for it said
  std::uint64_t epoch = 0;   ///< of the last receipt
  std::uint64_t change = 0;  ///< the number of the last change
};

/// Writes the property's value into `out`. Lifetime of the result: the buffer's.
[[nodiscard]] std::string_view to_text(const Stored& stored, FixedVector<char, kMaxStoredBytes>& out);

/// Nothing where the text breaks the form.
[[nodiscard]] std::optional<Stored> parse_stored(std::string_view text);

}  // namespace greentill::claim
