// SPDX-License-Identifier: Apache-2.0
// The lock's memory: its rides and its state, in records appended to NOR flash. What a call reports as kept is there after a
// power failure at any instant, and no other record is harmed by one. docs/lock-journal.md has the bytes,
// docs/lock-journal-why.md the reasons.
//
// What may be erased: rides that are settled first, then rides that a dock acknowledged, the oldest first, and only when their
// room is needed. A ride that no dock acknowledged is never erased: where it takes all the room, the newest is refused. Threads:
// one.
#pragma once

#include <array>
#include <optional>

#include "daemon/base/bytes.hpp"
#include "daemon/claim/lock_ride.hpp"
#include "firmware/core/flash.hpp"
#include "firmware/core/journal_format.hpp"
#include "firmware/core/lock_state.hpp"

namespace greentill::firmware {

enum class Kept : std::uint8_t {
  yes,     ///< durable
  full,    ///< of rides only: undelivered rides take all the room. Nothing changed
  broken,  ///< the flash takes nothing any more. What was kept before is still there
};

class Journal {
 public:
  /// More sectors than this are not used.
  static constexpr std::uint32_t kMostSectors = 64;
  /// One that is written, two for what is still to be kept when rides are refused, and one for rides.
  static constexpr std::uint32_t kFewestSectors = 4;

  /// Lifetime: the flash's. Nothing is read before recover().
  explicit Journal(Flash& flash) : flash_(flash) {}

  /// Finds what is there and makes ready for more; of a flash that was never used, too. To be called once after each start,
  /// before anything else. False where the flash is too small or broken.
  [[nodiscard]] bool recover();

  [[nodiscard]] const LockState& state() const { return state_; }
  /// Keeps another state; its boots, last_counter and last_link stay the journal's.
  [[nodiscard]] Kept keep(const LockState& state);
  /// Keeps a signed ride under the counter behind the last one; the ride under way is then over. Requires: a message of 1 to
  /// claim::kMaxLockRideBytes.
  [[nodiscard]] Kept keep_ride(ByteView message, std::int64_t link);

  /// Copies a ride's message, and returns how long it is; nothing where the ride is not there (any more), or damaged.
  [[nodiscard]] std::optional<std::size_t> ride(std::uint32_t counter, MutableBytes out) const;
  /// The lowest counter that is still there; 0 where there is no ride.
  [[nodiscard]] std::uint32_t first_ride() const;
  /// How many sectors could take rides now.
  [[nodiscard]] std::uint32_t room() const;
  /// The highest and the lowest number of erases of a sector.
  struct Wear {
    std::uint32_t most = 0;
    std::uint32_t least = 0;
  };
  [[nodiscard]] Wear wear() const;

 private:
  enum class Use : std::uint8_t { dirty, free, live, bad };
  static constexpr std::uint32_t kMostErases = 0x3fffffff;
  struct Sector {
    Use use : 2 = Use::dirty;  // in one word with the next: there are many of these, and little memory
    std::uint32_t erases : 30 = 0;
    std::uint32_t sequence = 0;  ///< of a live one: of its first record
    std::uint32_t first_ride = 0;
    std::uint32_t last_ride = 0;
  };
  struct Found {
    RecordHead head;
    std::uint32_t address = 0;  ///< of the payload
    std::uint32_t crc = 0;
  };

  [[nodiscard]] std::uint32_t address_of(std::uint32_t sector) const { return sector * flash_.sector_size(); }
  template <std::size_t N>
  [[nodiscard]] std::optional<Bytes<N>> read(std::uint32_t address) const;
  void classify(std::uint32_t sector);
  /// `unsure` becomes the last ride behind which no state shows that the power held.
  void scan(std::uint32_t sector, std::optional<Found>& unsure);
  [[nodiscard]] std::optional<Found> record_at(std::uint32_t address, std::uint32_t limit) const;
  void take_in(std::uint32_t sector, const Found& found);
  [[nodiscard]] std::optional<std::uint32_t> next_live(std::uint32_t above) const;
  [[nodiscard]] bool keep_again(const Found& ride);

  [[nodiscard]] bool may_erase(std::uint32_t sector) const;
  [[nodiscard]] std::uint32_t spare() const;
  [[nodiscard]] std::optional<std::uint32_t> victim() const;
  [[nodiscard]] bool reclaim(std::uint32_t sector);
  [[nodiscard]] bool is_blank(std::uint32_t sector) const;
  [[nodiscard]] bool open_next();
  [[nodiscard]] bool write_record(RecordKind kind, ByteView payload);
  [[nodiscard]] bool append(RecordKind kind, ByteView payload);
  [[nodiscard]] bool has_room_for(std::size_t payload) const;

  Flash& flash_;
  std::array<Sector, kMostSectors> sectors_{};
  std::uint32_t count_ = 0;
  std::uint32_t active_ = 0;
  std::uint32_t write_at_ = 0;  ///< within the active sector
  std::uint32_t sequence_ = 1;  ///< of the next record
  LockState state_;
  bool recovering_ = false;
  Bytes<kMostRecordPayload + kRecordAround> buffer_{};
};

}  // namespace greentill::firmware
