// SPDX-License-Identifier: Apache-2.0
// The tables of the store and how older stores come to them. Private to daemon/outbox; docs/outbox.md explains the tables.
#pragma once

#include <cstdint>
#include <span>

#include "daemon/sqlite/sqlite.hpp"

namespace greentill::outbox {

/// Marks the file as an outbox ("Gtil").
inline constexpr std::int64_t kApplicationId = 0x4774696c;

/// A claim's primary key: the number of its chain in this store, then its seq.
inline constexpr int kSeqBits = 40;
inline constexpr std::uint64_t kMaxSeq = (std::uint64_t{1} << kSeqBits) - 1;
inline constexpr std::int64_t position_of(std::int64_t chain_no, std::uint64_t seq) {
  return (chain_no << kSeqBits) | static_cast<std::int64_t>(seq);
}
/// A LIMIT; what SQLite cannot count to is none.
inline constexpr std::size_t row_limit(std::size_t limit) { return limit > INT64_MAX ? INT64_MAX : limit; }
inline constexpr std::uint64_t seq_of(std::int64_t position) { return static_cast<std::uint64_t>(position) & kMaxSeq; }

/// Number i brings a store from user_version i to i + 1. Published texts are frozen: a later version appends.
std::span<const char* const> migrations();

/// Refuses a file that is no outbox or of a newer version, untouched; sets the journal mode; migrates in one transaction.
Status open_schema(sqlite::Database& writer);

}  // namespace greentill::outbox
