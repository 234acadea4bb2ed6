// SPDX-License-Identifier: Apache-2.0
#include "firmware/core/journal_format.hpp"

namespace greentill::firmware {

Bytes<kTwoWords> format_mark(std::uint32_t erases) {
  Bytes<kTwoWords> mark{};
  ByteWriter out(mark);
  out.put(kSectorMagic).put(erases);
  const std::uint32_t crc = crc32(out.written());
  out.put(crc).put(~crc);
  return mark;
}

std::optional<std::uint32_t> erases_of(const Bytes<kTwoWords>& mark) {
  const auto erases = ByteReader(ByteView(mark).subspan(4)).get<std::uint32_t>();
  if (format_mark(erases) != mark) return std::nullopt;
  return erases;
}

Bytes<kFlashWord> open_mark(std::uint32_t sequence) {
  Bytes<kFlashWord> mark{};
  ByteWriter out(mark);
  out.put(sequence);
  out.put(crc32(out.written()));
  return mark;
}

std::optional<std::uint32_t> sequence_of(const Bytes<kFlashWord>& mark) {
  const auto sequence = ByteReader(mark).get<std::uint32_t>();
  if (open_mark(sequence) != mark || sequence == 0 || sequence > kMostSequence) return std::nullopt;
  return sequence;
}

Bytes<kFlashWord> encode_head(const RecordHead& head) {
  Bytes<kFlashWord> word{};
  ByteWriter(word).put(head.length).put(static_cast<std::uint8_t>(head.kind)).put(kRecordVersion).put(head.sequence);
  return word;
}

std::optional<RecordHead> decode_head(const Bytes<kFlashWord>& word) {
  ByteReader in(word);
  RecordHead head;
  head.length = in.get<std::uint16_t>();
  const auto kind = in.get<std::uint8_t>();
  const auto version = in.get<std::uint8_t>();
  head.sequence = in.get<std::uint32_t>();
  head.kind = static_cast<RecordKind>(kind);
  const bool known =
      kind >= static_cast<std::uint8_t>(RecordKind::state) && kind <= static_cast<std::uint8_t>(RecordKind::interim);
  if (!known || version != kRecordVersion || head.length > kMostRecordPayload || head.sequence > kMostSequence)
    return std::nullopt;
  return head;
}

Bytes<kFlashWord> checksum_word(std::uint32_t crc) {
  Bytes<kFlashWord> word{};
  ByteWriter(word).put(crc).put(~crc);
  return word;
}

Bytes<kFlashWord> commit_word(std::uint32_t crc) {
  Bytes<kFlashWord> word{};
  ByteWriter(word).put(kCommitMark).put(crc);
  return word;
}

}  // namespace greentill::firmware
