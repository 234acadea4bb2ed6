// SPDX-License-Identifier: Apache-2.0
// What became of the records that sources read. Each record is counted once, in the commit that makes its source's position
// durable. So a source's counts add up to what it handed in, whenever the process is killed.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "daemon/outbox/side_records.hpp"

namespace greentill::outbox {

enum class Fate : std::uint8_t {
  claimed = 0,    ///< claims were made, or taken back
  claimless = 1,  ///< taken; nothing in it is claimed
  guarded = 2,    ///< not claimed because it is doubted; kept among the guarded acts, too
  repeated = 3,   ///< the same event was reported before
  left_out = 4,   ///< the source leaves it out: its configuration says so, or nobody's act is in it
  refused = 5,    ///< nothing can be made of it
};
inline constexpr std::array<std::string_view, 6> kFateNames{"claimed", "claimless", "guarded", "repeated", "left_out", "refused"};

[[nodiscard]] inline std::string_view to_string(Fate fate) { return kFateNames[static_cast<std::size_t>(fate)]; }

/// Only so many records, the latest of all sources, are kept one by one.
inline constexpr std::int64_t kKeptRecords = 100'000;
/// So many reasons are counted apart for one source and fate; records with any further reason are counted under kOtherReasons.
inline constexpr std::size_t kMostReasons = 50;
inline constexpr std::string_view kOtherReasons = "other reasons";

/// A record as its source handed it in, and what became of it.
struct SourceRecord {
  std::string source;
  std::string position;    ///< the place in the source behind the record
  std::string where = {};  ///< for people: "rides.csv:17"; empty where the source does not say
  Fate fate = Fate::claimless;
  std::string reason = {};                 ///< in words that hold nothing of the record; empty where acts were claimed
  std::optional<TransactionKey> key = {};  ///< of the event that it reports; none where it could not be read
};

struct StoredRecord {
  std::int64_t id = 0;  ///< ascending
  std::string source;
  std::string where;
  std::int64_t recorded_at = 0;  ///< Unix seconds
  Fate fate = Fate::claimless;
  std::string reason;
  std::optional<TransactionKey> key;  ///< of the event that it reports
};

struct RecordQuery {
  std::string source = {};  ///< empty: any
  std::string where = {};   ///< a place, or its beginning up to a colon or space; empty: any
  std::optional<Fate> fate = {};
  std::optional<TransactionKey> key = {};  ///< of the event that it reports
  std::int64_t before = 0;                 ///< ids below this one; 0: from the newest
  std::int64_t since = INT64_MIN;          ///< recorded then or later, Unix seconds
  std::int64_t until = INT64_MAX;          ///< recorded before that
};

struct RecordCount {
  std::string source;
  Fate fate = Fate::claimless;
  std::string reason;
  std::uint64_t records = 0;
  std::int64_t last_at = 0;  ///< Unix seconds, when it happened last
};

}  // namespace greentill::outbox
