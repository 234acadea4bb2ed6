// SPDX-License-Identifier: Apache-2.0
#include "firmware/core/boot_record.hpp"

#include "firmware/core/journal_format.hpp"

namespace greentill::firmware {
namespace {

constexpr std::uint32_t kStateSize = 16 + kSlots * 40;
constexpr std::uint32_t kContent = kFlashWord + kStateSize;
constexpr std::uint32_t kRecordSize = kContent + kFlashWord;  // and its checksum
constexpr std::uint32_t kMagic = 0x31425447;                  // "GTB1"
constexpr std::uint32_t kSure = 0x80000000;
static_assert(kContent % kFlashWord == 0);
using Record = Bytes<kRecordSize>;

Record encode(const BootState& state, std::uint32_t generation, bool sure) {
  Record record{};
  ByteWriter out(record);
  out.put(kMagic).put(generation | (sure ? kSure : 0));
  out.put(static_cast<std::uint8_t>(state.good | static_cast<unsigned>(state.other) << 4));
  out.put(static_cast<std::uint8_t>(state.ended)).put(static_cast<std::uint8_t>(state.reason));
  out.put(static_cast<std::uint8_t>(state.failures)).put(state.floor).put(state.tried).put(std::uint32_t{0});
  for (const ImageInfo& image : state.images) out.put(image.version).put(image.size).put(image.sha256);
  out.put(checksum_word(crc32(out.written())));
  return record;
}

BootState decode(ByteReader& in) {
  BootState state;
  const auto slots = in.get<std::uint8_t>();
  state.good = slots & 1;
  state.other = static_cast<OtherSlot>(slots >> 4);
  state.ended = static_cast<TrialEnd>(in.get<std::uint8_t>());
  state.reason = static_cast<ResetReason>(in.get<std::uint8_t>());
  state.failures = in.get<std::uint8_t>();
  state.floor = in.get<std::uint32_t>();
  state.tried = in.get<std::uint32_t>();
  in.get<std::uint32_t>();
  for (ImageInfo& image : state.images) {
    image.version = in.get<std::uint32_t>();
    image.size = in.get<std::uint32_t>();
    image.sha256 = in.fixed<32>();
  }
  return state;
}

}  // namespace

std::uint32_t BootRecord::places() const { return flash_.sector_size() / kRecordSize; }

bool BootRecord::find(std::uint32_t sector, Found& newest, std::uint32_t& next) {
  bool found = false;
  next = 0;
  for (std::uint32_t place = 0; place < places(); ++place) {
    Record record{};
    if (!flash_.read(sector * flash_.sector_size() + place * kRecordSize, record)) return false;
    if (!is_erased(record)) next = place + 1;
    ByteReader in(record);
    const bool known = in.get<std::uint32_t>() == kMagic;
    const auto number = in.get<std::uint32_t>();
    const auto checksum = checksum_word(crc32(ByteView(record).first(kContent)));
    if (!known || !std::equal(checksum.begin(), checksum.end(), record.begin() + kContent)) continue;
    newest = {number & ~kSure, (number & kSure) != 0, decode(in)};
    found = true;
  }
  return found;
}

bool BootRecord::load() {
  state_ = {};
  bool any = false;
  Found newest;
  for (std::uint32_t sector = 0; sector < 2; ++sector) {
    Found here;
    std::uint32_t next = 0;
    if (!find(sector, here, next) || (any && here.generation <= newest.generation)) continue;
    any = true;
    newest = here;
    sector_ = sector;
    // One more is passed over: a record that was cut short may look erased.
    next_ = next + 1;
  }
  if (!any) return false;
  state_ = newest.state;
  generation_ = newest.generation;
  // The power may have failed in its last word, which then reads as whole today and not tomorrow. Nothing is done by it before it
  // is written once more; a record that says "sure" was begun when the one before it was complete.
  if (!newest.sure) static_cast<void>(keep(newest.state));
  return true;
}

bool BootRecord::open_other() {
  const std::uint32_t other = generation_ == 0 ? 0 : 1 - sector_;
  if (!flash_.erase(other)) return false;
  sector_ = other;
  next_ = 0;
  ++generation_;
  return true;
}

bool BootRecord::write(const BootState& state, bool sure) {
  if ((generation_ == 0 || next_ >= places()) && !open_other()) return false;
  const std::uint32_t at = sector_ * flash_.sector_size() + next_++ * kRecordSize;
  const Record record = encode(state, generation_, sure);
  Record back{};
  return flash_.program(at, record) && flash_.read(at, back) && back == record;
}

bool BootRecord::keep(const BootState& state) {
  // A place that does not take it is passed over: cells wear out.
  if (!write(state, false) && !write(state, false)) return false;
  state_ = state;
  static_cast<void>(write(state, true));
  return true;
}

}  // namespace greentill::firmware
