// SPDX-License-Identifier: Apache-2.0
// How much a transaction may be, whatever door it comes in by: the API, a journal, a program's line, the plugin ABI. docs/api.md
// and docs/plugin-abi.md state the same. A document's own size is its reader's business.
#pragma once

#include <cstddef>
#include <cstdint>

namespace greentill::event {

inline constexpr std::size_t kMaxIssuerBytes = 64;
inline constexpr std::size_t kMaxEventIdBytes = 128;
inline constexpr std::size_t kMaxTokenBytes = 32;   ///< of an account; a claim holds it
inline constexpr std::size_t kMaxWordBytes = 32;    ///< a unit, or an activity's name: claims hold them
inline constexpr std::size_t kMaxTextBytes = 4096;  ///< any other text
inline constexpr std::size_t kMaxLines = 10'000;
inline constexpr std::size_t kMaxAttributes = 256;
inline constexpr std::size_t kMaxQuantities = 64;         ///< of a transaction
inline constexpr std::size_t kMaxActivityQuantities = 8;  ///< of an activity; a claim holds them
inline constexpr std::size_t kMaxActivities = 64;         ///< found in one transaction
inline constexpr std::size_t kMaxEvidenceBytes = 16u << 10;
inline constexpr std::int64_t kLatestTime = 253'402'300'799;  ///< the last second of the year 9999; the first is that of 1970

}  // namespace greentill::event
