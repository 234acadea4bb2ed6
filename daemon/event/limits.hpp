// SPDX-License-Identifier: Apache-2.0
// How large a transaction may be, by whatever way it comes in: the API, a journal, a program's line, the plugin ABI. docs/api.md
// and docs/plugin-abi.md state the same numbers. The size of a whole document is its reader's own limit.
#pragma once

#include <cstddef>
#include <cstdint>

namespace greentill::event {

inline constexpr std::size_t kMaxIssuerBytes = 64;
inline constexpr std::size_t kMaxEventIdBytes = 128;
inline constexpr std::size_t kMaxTokenBytes = 32;   ///< an account token, which a claim holds
inline constexpr std::size_t kMaxWordBytes = 32;    ///< a unit or an activity's name, which claims hold
inline constexpr std::size_t kMaxTextBytes = 4096;  ///< any other text
inline constexpr std::size_t kMaxLines = 10'000;
inline constexpr std::size_t kMaxAttributes = 256;
inline constexpr std::size_t kMaxQuantities = 64;         ///< of a transaction
inline constexpr std::size_t kMaxActivityQuantities = 8;  ///< of an activity, whose quantities a claim holds
inline constexpr std::size_t kMaxActivities = 64;         ///< found in one transaction
inline constexpr std::size_t kMaxEvidenceBytes = 16u << 10;
inline constexpr std::int64_t kLatestTime = 253'402'300'799;  ///< the last second of the year 9999; the earliest time is 0

}  // namespace greentill::event
