// SPDX-License-Identifier: Apache-2.0
// The bytes of the journal: sectors' headers and records, written and recognised. docs/lock-journal.md has every one. Private to
// the journal. Nothing here decides what is kept.
#pragma once

#include <optional>

#include "firmware/core/crc32.hpp"
#include "firmware/core/flash.hpp"
#include "firmware/core/little_endian.hpp"

namespace greentill::firmware {

inline constexpr std::uint32_t kSectorMagic = 0x314a5447;  // "GTJ1"
inline constexpr std::uint32_t kCommitMark = 0x4b4c5447;   // "GTLK"
inline constexpr std::uint8_t kRecordVersion = 1;
inline constexpr std::uint32_t kSectorHeaderBytes = 3 * kFlashWord;
inline constexpr std::uint32_t kMostSequence = 0x7fffffff;
inline constexpr std::uint32_t kMostRecordPayload = 368;
inline constexpr std::uint32_t kRideHead = 12;  ///< what stands before a ride's message in its record: counter, link
inline constexpr std::uint32_t kRecordAround = 3 * kFlashWord;  ///< head, checksum, commit

/// `interim`: the state as a start found it, written before the start was through. It says nothing that records before it do not,
/// and may tell of a ride whose record reads as broken since: so it counts only where it is the first.
enum class RecordKind : std::uint8_t { state = 1, ride = 2, interim = 3 };

struct RecordHead {
  std::uint16_t length = 0;  ///< of the payload
  RecordKind kind = RecordKind::state;
  std::uint32_t sequence = 0;
};

[[nodiscard]] constexpr std::uint32_t padded(std::uint32_t size) { return (size + kFlashWord - 1) / kFlashWord * kFlashWord; }
[[nodiscard]] constexpr std::uint32_t record_bytes(std::uint32_t payload) { return padded(payload) + kRecordAround; }

[[nodiscard]] inline bool is_erased(ByteView bytes) {
  return std::all_of(bytes.begin(), bytes.end(), [](std::uint8_t byte) { return byte == 0xff; });
}

/// The first two words of a sector, programmed as soon as it is erased.
[[nodiscard]] Bytes<kTwoWords> format_mark(std::uint32_t erases);
/// How often the sector was erased; nothing where no erase was completed.
[[nodiscard]] std::optional<std::uint32_t> erases_of(const Bytes<kTwoWords>& mark);

/// The third word, programmed when the sector is taken into use: the sequence from which its records go on.
[[nodiscard]] Bytes<kFlashWord> open_mark(std::uint32_t sequence);
[[nodiscard]] std::optional<std::uint32_t> sequence_of(const Bytes<kFlashWord>& mark);

[[nodiscard]] Bytes<kFlashWord> encode_head(const RecordHead& head);
/// Nothing where no record of this version begins so.
[[nodiscard]] std::optional<RecordHead> decode_head(const Bytes<kFlashWord>& word);

[[nodiscard]] Bytes<kFlashWord> checksum_word(std::uint32_t crc);
[[nodiscard]] Bytes<kFlashWord> commit_word(std::uint32_t crc);

}  // namespace greentill::firmware
