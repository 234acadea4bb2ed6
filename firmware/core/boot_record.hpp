// SPDX-License-Identifier: Apache-2.0
// Which image a lock starts, and what is known of the other slot: two sectors of flash, read and written by the boot part and by
// the image. docs/lock-update.md has the bytes and says why what is read here holds at the next start too. Threads: one.
#pragma once

#include <array>

#include "firmware/core/flash.hpp"
#include "firmware/core/ports.hpp"

namespace greentill::firmware {

inline constexpr std::size_t kSlots = 2;

struct ImageInfo {
  std::uint32_t version = 0;
  std::uint32_t size = 0;  ///< in bytes, of what the digest covers
  Digest sha256{};

  bool operator==(const ImageInfo&) const = default;
};

/// What the slot holds that is not the good one. Numbers are published: docs/lock-update.md.
enum class OtherSlot : std::uint8_t {
  nothing = 0,
  receiving = 1,  ///< all of the slot was erased; some of the image is there
  ready = 2,      ///< the whole image, verified: it is started next, on trial
  trying = 3,     ///< it was started, and did not confirm itself yet
  former = 4,     ///< the good one of before
};

/// What became of the last image that was tried.
enum class TrialEnd : std::uint8_t {
  none = 0,  ///< no image was tried yet
  confirmed = 1,
  not_confirmed = 2,  ///< the lock started anew before: the reset's reason says why
  damaged = 3,        ///< what the slot held was not what was verified, or a good image rotted
};

struct BootState {
  static constexpr std::uint32_t kOwnFailure = 4;     ///< the weight of a trial that something else than the power ended
  static constexpr std::uint32_t kMostFailures = 12;  ///< from here on a version is refused

  std::uint8_t good = 0;  ///< the slot whose image confirmed itself
  OtherSlot other = OtherSlot::nothing;
  TrialEnd ended = TrialEnd::none;
  ResetReason reason = ResetReason::unknown;  ///< of the start that found a trial not confirmed
  std::uint32_t floor = 0;                    ///< the highest version that confirmed itself: none up to it is taken
  std::uint32_t tried = 0;                    ///< the version that `ended` is about
  std::uint32_t failures = 0;                 ///< how that version failed in a row, weighed
  std::array<ImageInfo, kSlots> images;

  [[nodiscard]] std::uint8_t other_slot() const { return static_cast<std::uint8_t>(1 - good); }
  [[nodiscard]] ImageInfo& other_image() { return images[other_slot()]; }
  [[nodiscard]] const ImageInfo& other_image() const { return images[other_slot()]; }
};

class BootRecord {
 public:
  /// Two sectors, for this alone.
  explicit BootRecord(Flash& flash) : flash_(flash) {}

  /// Reads what is there, and makes sure of it. To be called once after each start. False where nothing was ever written: then
  /// state() is that of a new lock.
  [[nodiscard]] bool load();
  [[nodiscard]] const BootState& state() const { return state_; }
  /// Keeps another. True: it is there from now on, whatever happens to the power. False: the flash takes nothing, and the one
  /// before holds.
  [[nodiscard]] bool keep(const BootState& state);

 private:
  [[nodiscard]] bool write(const BootState& state, bool sure);
  [[nodiscard]] bool open_other();
  struct Found {
    std::uint32_t generation = 0;
    bool sure = false;
    BootState state;
  };
  [[nodiscard]] bool find(std::uint32_t sector, Found& newest, std::uint32_t& next);
  [[nodiscard]] std::uint32_t places() const;

  Flash& flash_;
  BootState state_;
  std::uint32_t sector_ = 0;
  std::uint32_t next_ = 0;  ///< place of the next record in it
  std::uint32_t generation_ = 0;
};

}  // namespace greentill::firmware
