// SPDX-License-Identifier: Apache-2.0
// What the journal finds after a start. Every word is read at most a few times: each sector's header, then its words in order; a
// word that looks like a record's head costs its commit word besides, and only where that fits the checksum is the payload read.
#include <algorithm>

#include "firmware/core/journal.hpp"

namespace greentill::firmware {
template <std::size_t N>
std::optional<Bytes<N>> Journal::read(std::uint32_t address) const {
  Bytes<N> bytes{};
  if (!flash_.read(address, bytes)) return std::nullopt;
  return bytes;
}
template std::optional<Bytes<4>> Journal::read<4>(std::uint32_t) const;
template std::optional<Bytes<8>> Journal::read<8>(std::uint32_t) const;
template std::optional<Bytes<16>> Journal::read<16>(std::uint32_t) const;

bool Journal::recover() {
  count_ = std::min(flash_.sector_count(), kMostSectors);
  if (count_ < kFewestSectors) return false;
  state_ = {};
  active_ = count_;
  for (std::uint32_t i = 0; i < count_; ++i) classify(i);
  std::optional<Found> unsure;
  std::uint32_t last = 0;
  while (const auto next = next_live(last)) {
    last = sectors_[*next].sequence;
    active_ = *next;
    scan(*next, unsure);
  }
  recovering_ = true;
  const bool ready = (active_ != count_ || open_next()) && (!unsure || keep_again(*unsure));
  recovering_ = false;
  ++state_.boots;
  return ready && append(RecordKind::state, encode_state(state_));
}

bool Journal::keep_again(const Found& ride) {
  // Its commit word may be the one that the power failed in. Such a word can read as whole today and not tomorrow; what is
  // reported as kept must not hang on it.
  Bytes<kMostRecordPayload> payload{};
  const MutableBytes all = MutableBytes(payload).first(ride.head.length);
  if (!has_room_for(all.size()) || !flash_.read(ride.address, all)) return true;
  return append(RecordKind::ride, all);
}

void Journal::classify(std::uint32_t sector) {
  Sector& it = sectors_[sector];
  it = Sector{};
  const auto mark = read<kTwoWords>(address_of(sector));
  const auto opened = read<kFlashWord>(address_of(sector) + kTwoWords);
  const auto first = read<kFlashWord>(address_of(sector) + kSectorHeaderBytes);
  if (!mark || !opened || !first) return;
  const auto erases = erases_of(*mark);
  const auto sequence = sequence_of(*opened);
  it.erases = erases.value_or(0) & kMostErases;
  if (is_erased(*opened)) {
    if (erases) it.use = Use::free;
  } else if (is_erased(*first)) {
    // The power may have failed while it was taken into use. Such a mark can read otherwise tomorrow: what is whole today would
    // be lost with all behind it, what is broken would come back when another sector has its number.
    if (erases || sequence) static_cast<void>(reclaim(sector));
  } else if (sequence) {
    it.use = Use::live;  // whether or not the first mark still reads as it did
    it.sequence = *sequence;
  }
}

std::optional<std::uint32_t> Journal::next_live(std::uint32_t above) const {
  std::optional<std::uint32_t> next;
  for (std::uint32_t i = 0; i < count_; ++i) {
    const Sector& it = sectors_[i];
    if (it.use == Use::live && it.sequence > above && (!next || it.sequence < sectors_[*next].sequence)) next = i;
  }
  return next;
}

void Journal::scan(std::uint32_t sector, std::optional<Found>& unsure) {
  const std::uint32_t begin = address_of(sector);
  const std::uint32_t end = begin + flash_.sector_size();
  std::uint32_t written = begin + kSectorHeaderBytes;
  std::optional<Found> newest;
  sequence_ = std::max(sequence_, sectors_[sector].sequence);
  for (std::uint32_t at = written; at < end;) {
    const auto found = record_at(at, end);
    if (found && (!newest || found->head.sequence > newest->head.sequence) && found->head.sequence >= sectors_[sector].sequence) {
      newest = found;
      sequence_ = std::max(sequence_, found->head.sequence);
      take_in(sector, *found);
      if (found->head.kind == RecordKind::ride) unsure = found;
      if (found->head.kind == RecordKind::state) unsure.reset();
      at += record_bytes(found->head.length);
      written = std::max(written, at);
      continue;
    }
    // What a power failure left is passed over, and nothing is written there again: all that a head says its record has, since
    // words of it may look erased.
    const auto word = read<kFlashWord>(at);
    const auto head = word ? decode_head(*word) : std::nullopt;
    if (head) {
      written = std::max(written, at + record_bytes(head->length));
      // It can read as whole later, so its number is not used again; one that is far off is not a head.
      if (head->sequence < sequence_ + flash_.sector_size()) sequence_ = std::max(sequence_, head->sequence);
    }
    at += kFlashWord;
    if (!word || !is_erased(*word)) written = std::max(written, at);
  }
  // And a head that was cut off may look erased as well.
  write_at_ = std::min(written + kFlashWord, end) - begin;
  ++sequence_;
}

std::optional<Journal::Found> Journal::record_at(std::uint32_t address, std::uint32_t limit) const {
  if (address + kRecordAround > limit) return std::nullopt;
  const auto word = read<kFlashWord>(address);
  const auto head = word ? decode_head(*word) : std::nullopt;
  if (!head || address + record_bytes(head->length) > limit) return std::nullopt;
  if (head->length < (head->kind == RecordKind::ride ? kRideHead + 1 : kStateBytes)) return std::nullopt;
  Found found{*head, address + kFlashWord, 0};
  const auto tail = read<kTwoWords>(found.address + padded(head->length));
  if (!tail) return std::nullopt;
  found.crc = ByteReader(*tail).get<std::uint32_t>();
  Bytes<kTwoWords> wanted{};
  ByteWriter(wanted).put(checksum_word(found.crc)).put(commit_word(found.crc));
  if (*tail != wanted) return std::nullopt;
  Crc32 crc;
  crc.add(*word);
  for (std::uint32_t done = 0; done < head->length;) {
    Bytes<64> piece{};
    const std::uint32_t size = std::min<std::uint32_t>(piece.size(), head->length - done);
    if (!flash_.read(found.address + done, MutableBytes(piece).first(size))) return std::nullopt;
    crc.add(ByteView(piece).first(size));
    done += size;
  }
  if (crc.value() != found.crc) return std::nullopt;
  return found;
}

void Journal::take_in(std::uint32_t sector, const Found& found) {
  if (found.head.kind == RecordKind::interim && state_.boots != 0) return;
  if (found.head.kind != RecordKind::ride) {
    Bytes<kStateBytes> bytes{};
    if (!flash_.read(found.address, bytes)) return;
    state_ = decode_state(bytes);
    return;
  }
  Bytes<kRideHead> bytes{};
  if (!flash_.read(found.address, bytes)) return;
  ByteReader in(bytes);
  const auto counter = in.get<std::uint32_t>();
  if (counter != state_.last_counter) {  // else it is there a second time, and says nothing new
    state_.last_counter = counter;
    state_.last_link = in.get_signed();
    state_.riding = false;
    state_.ride = {};
  }
  Sector& it = sectors_[sector];
  if (it.first_ride == 0) it.first_ride = counter;
  it.last_ride = counter;
}

}  // namespace greentill::firmware
