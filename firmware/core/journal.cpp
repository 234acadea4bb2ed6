// SPDX-License-Identifier: Apache-2.0
#include "firmware/core/journal.hpp"

#include <algorithm>
#include <utility>

namespace greentill::firmware {
namespace {

// Sectors that rides leave to the state: the one to go to when the last that took rides is full of refusals, and one to go on to,
// after which the first can be erased, since no ride is in it.
constexpr std::uint32_t kKeptBack = 2;

static_assert(kRideHead + claim::kMaxLockRideBytes <= kMostRecordPayload);
static_assert(kStateBytes % kFlashWord == 0);

}  // namespace

Kept Journal::keep(const LockState& state) {
  LockState next = state;
  next.boots = state_.boots;
  next.last_counter = state_.last_counter;
  next.last_link = state_.last_link;
  if (!append(RecordKind::state, encode_state(next))) return Kept::broken;
  state_ = next;
  return Kept::yes;
}

Kept Journal::keep_ride(ByteView message, std::int64_t link) {
  Bytes<kRideHead + claim::kMaxLockRideBytes> payload{};
  ByteWriter out(payload);
  out.put(state_.last_counter + 1).put(link).put(message);
  if (!out.ok() || message.empty()) return Kept::broken;
  if (!has_room_for(out.written().size())) return Kept::full;
  if (!append(RecordKind::ride, out.written())) return Kept::broken;
  Sector& sector = sectors_[active_];
  ++state_.last_counter;
  state_.last_link = link;
  state_.riding = false;
  state_.ride = {};
  if (sector.first_ride == 0) sector.first_ride = state_.last_counter;
  sector.last_ride = state_.last_counter;
  return Kept::yes;
}

bool Journal::has_room_for(std::size_t payload) const {
  const bool fits = write_at_ + record_bytes(static_cast<std::uint32_t>(payload)) <= flash_.sector_size();
  return spare() >= kKeptBack + (fits ? 0 : 1);
}

std::uint32_t Journal::room() const {
  const std::uint32_t left = spare();
  return left > kKeptBack ? left - kKeptBack : 0;
}

bool Journal::may_erase(std::uint32_t sector) const {
  if (sector == active_) return false;
  const Sector& it = sectors_[sector];
  return it.use == Use::dirty ||
         (it.use == Use::live && (it.last_ride == 0 || it.last_ride <= std::max(state_.acknowledged, state_.settled)));
}

std::uint32_t Journal::spare() const {
  std::uint32_t left = 0;
  for (std::uint32_t i = 0; i < count_; ++i) left += (i != active_ && sectors_[i].use == Use::free) || may_erase(i) ? 1 : 0;
  return left;
}

std::optional<std::uint32_t> Journal::victim() const {
  // Settled before acknowledged, and of these the oldest: lower is sooner.
  const auto rank = [&](std::uint32_t i) {
    const Sector& it = sectors_[i];
    if (it.use == Use::dirty) return std::pair{0, it.erases};
    return std::pair{it.last_ride <= state_.settled ? 1 : 2, it.sequence};
  };
  std::optional<std::uint32_t> best;
  for (std::uint32_t i = 0; i < count_; ++i) {
    if (may_erase(i) && (!best || rank(i) < rank(*best))) best = i;
  }
  return best;
}

bool Journal::reclaim(std::uint32_t sector) {
  Sector& it = sectors_[sector];
  // Of one that does not know it is assumed to be as worn as the most worn.
  const std::uint32_t erases = it.erases != 0 ? it.erases + 1 : std::max<std::uint32_t>(wear().most, 1);
  it = Sector{Use::bad, erases & kMostErases, 0, 0, 0};
  const auto mark = format_mark(erases);
  if (!flash_.erase(sector) || !flash_.program(address_of(sector), mark)) return false;
  const auto back = read<mark.size()>(address_of(sector));
  if (!back || *back != mark) return false;
  it.use = Use::free;
  return true;
}

bool Journal::is_blank(std::uint32_t sector) const {
  Bytes<64> piece{};
  for (std::uint32_t at = kTwoWords; at < flash_.sector_size();) {
    const MutableBytes part = MutableBytes(piece).first(std::min<std::size_t>(piece.size(), flash_.sector_size() - at));
    if (!flash_.read(address_of(sector) + at, part) || !is_erased(part)) return false;
    at += static_cast<std::uint32_t>(part.size());
  }
  return true;
}

bool Journal::open_next() {
  for (std::uint32_t tries = 0; tries < count_; ++tries) {
    std::optional<std::uint32_t> next;
    for (std::uint32_t i = 0; i < count_; ++i) {
      if (i != active_ && sectors_[i].use == Use::free && (!next || sectors_[i].erases < sectors_[*next].erases)) next = i;
    }
    if (!next) {
      const auto oldest = victim();
      if (!oldest) return false;
      if (!reclaim(*oldest)) continue;  // it is bad from now on, and another is tried
      next = oldest;
    }
    // One that an erase was cut short in may have kept its first mark.
    if (!is_blank(*next) && !reclaim(*next)) continue;
    Sector& sector = sectors_[*next];
    const auto mark = open_mark(sequence_);
    const std::uint32_t at = address_of(*next) + kTwoWords;
    const bool marked = flash_.program(at, mark) && read<kFlashWord>(at) == mark;
    sector.use = marked ? Use::live : Use::bad;
    if (!marked) continue;
    sector.sequence = sequence_;
    active_ = *next;
    write_at_ = kSectorHeaderBytes;
    if (write_record(recovering_ ? RecordKind::interim : RecordKind::state, encode_state(state_))) return true;
  }
  return false;
}

bool Journal::write_record(RecordKind kind, ByteView payload) {
  const auto length = static_cast<std::uint16_t>(payload.size());
  const std::uint32_t size = record_bytes(length);
  const std::uint32_t at = address_of(active_) + write_at_;
  buffer_.fill(0xff);
  ByteWriter out(buffer_);
  out.put(encode_head({length, kind, sequence_})).put(payload);
  const std::uint32_t crc = crc32(out.written());
  const std::uint32_t body = size - kFlashWord;
  const auto checksum = checksum_word(crc);
  std::copy(checksum.begin(), checksum.end(), buffer_.begin() + (body - kFlashWord));
  // A number is used once, whether its record comes about or not: what a failed one left must not pass for the next.
  ++sequence_;
  write_at_ += size;
  const bool written = flash_.program(at, ByteView(buffer_).first(body)) && flash_.program(at + body, commit_word(crc));
  return written && record_at(at, at + size).has_value();
}

bool Journal::append(RecordKind kind, ByteView payload) {
  // A second try goes to another sector: cells wear out.
  for (int tries = 0; tries < 2; ++tries) {
    const bool fits = write_at_ + record_bytes(static_cast<std::uint32_t>(payload.size())) <= flash_.sector_size();
    if ((!fits || tries > 0) && !open_next()) return false;
    if (write_record(kind, payload)) return true;
  }
  return false;
}

std::optional<std::size_t> Journal::ride(std::uint32_t counter, MutableBytes out) const {
  // The newest of a number, and none above the last: one that a power failure cut short can read as whole later.
  if (counter > state_.last_counter) return std::nullopt;
  std::optional<Found> newest;
  for (std::uint32_t i = 0; i < count_; ++i) {
    const Sector& sector = sectors_[i];
    if (sector.use != Use::live || counter == 0 || counter < sector.first_ride || counter > sector.last_ride) continue;
    const std::uint32_t end = address_of(i) + flash_.sector_size();
    for (std::uint32_t at = address_of(i) + kSectorHeaderBytes; at < end;) {
      const auto found = record_at(at, end);
      at += found ? record_bytes(found->head.length) : kFlashWord;
      if (!found || found->head.kind != RecordKind::ride) continue;
      const auto number = read<4>(found->address);
      if (!number || ByteReader(*number).get<std::uint32_t>() != counter) continue;
      if (!newest || newest->head.sequence < found->head.sequence) newest = found;
    }
  }
  if (!newest) return std::nullopt;
  const std::size_t size = newest->head.length - kRideHead;
  if (size > out.size() || !flash_.read(newest->address + kRideHead, out.first(size))) return std::nullopt;
  return size;
}

std::uint32_t Journal::first_ride() const {
  std::uint32_t first = 0;
  for (std::uint32_t i = 0; i < count_; ++i) {
    const std::uint32_t here = sectors_[i].use == Use::live ? sectors_[i].first_ride : 0;
    if (here != 0 && (first == 0 || here < first)) first = here;
  }
  return first;
}

Journal::Wear Journal::wear() const {
  Wear wear{0, ~std::uint32_t{0}};
  for (std::uint32_t i = 0; i < count_; ++i) {
    wear.most = std::max(wear.most, sectors_[i].erases);
    wear.least = std::min(wear.least, sectors_[i].erases);
  }
  return wear;
}

}  // namespace greentill::firmware
