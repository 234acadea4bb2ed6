// SPDX-License-Identifier: Apache-2.0
// Tables that are described once, as SQLite has them, in PostgreSQL's words: spread over partitions by the hash of their key.
// Threads: pure functions.
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace greentill::postgres {

/// How a table is spread.
struct Spread {
  std::string_view table;
  std::string_view key;       ///< the column whose hash chooses the partition
  bool adds_key = false;      ///< the description has no such column: it is added, a text, as the last one
  bool drops_unique = false;  ///< what else is unique is kept so by another table
};

/// The partitions of each table that is spread.
inline constexpr int kPartitions = 4;

/// `description`: CREATE TABLE, INDEX and VIEW, as SQLite has them. Tables that `spread` does not name stay whole. What is unique
/// is so within its key. Foreign keys are left out, as SQLite does not hold to them here.
std::string to_postgres(std::string_view description, std::span<const Spread> spread);

}  // namespace greentill::postgres
