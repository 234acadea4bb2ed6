// SPDX-License-Identifier: Apache-2.0
// The tables of the store. Private to daemon/outbox; docs/outbox.md explains them.
#pragma once

#include <cstdint>

#include "daemon/sqlite/sqlite.hpp"

namespace greentill::outbox {

/// Marks the file as an outbox ("Gtil" in ASCII).
inline constexpr std::int64_t kApplicationId = 0x4774696c;

/// A claim's primary key, its position: the number of its chain in this store, then the seq in the lower bits.
inline constexpr int kSeqBits = 40;
inline constexpr std::uint64_t kMaxSeq = (std::uint64_t{1} << kSeqBits) - 1;
inline constexpr std::int64_t position_of(std::int64_t chain_no, std::uint64_t seq) {
  return (chain_no << kSeqBits) | static_cast<std::int64_t>(seq);
}
/// The value for SQL's LIMIT: at most what SQLite can count to.
inline constexpr std::size_t row_limit(std::size_t limit) { return limit > INT64_MAX ? INT64_MAX : limit; }
inline constexpr std::uint64_t seq_of(std::int64_t position) { return static_cast<std::uint64_t>(position) & kMaxSeq; }

/// Refuses a file that is no outbox, or of another version, without changing it. Makes the tables in a new file.
Status open_schema(sqlite::Database& writer);

}  // namespace greentill::outbox
