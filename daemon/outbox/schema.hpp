// SPDX-License-Identifier: Apache-2.0
// The tables of the store and how older stores come to them. Private to daemon/outbox; docs/outbox.md explains the tables.
#pragma once

#include <cstdint>
#include <span>

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

/// Number i brings a store from user_version i to i + 1. Published texts are frozen: a later version appends.
std::span<const char* const> migrations();

/// Refuses a file that is no outbox, or of a newer version, without changing it. Sets the journal mode and migrates in one
/// transaction.
Status open_schema(sqlite::Database& writer);

}  // namespace greentill::outbox
