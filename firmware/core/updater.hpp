// SPDX-License-Identifier: Apache-2.0
// Takes in a new image for the slot that is not running, and lets the running one confirm itself. docs/lock-update.md says what
// happens when; docs/dock-link.md has the requests. What is received is believed under the trusted key alone. Threads: one.
#pragma once

#include "daemon/claim/lock_image.hpp"
#include "firmware/core/boot.hpp"
#include "firmware/core/lock.hpp"

namespace greentill::firmware {

struct UpdatePorts {
  BootRecord& record;  ///< loaded
  std::array<Flash*, kSlots> slots;
  Sha256& sha;
  std::uint32_t board;   ///< this board's number
  std::uint8_t running;  ///< the slot that this image runs in
};

class Updater {
 public:
  /// An image that no dock said hello to for so long goes back to the former one, which could be spoken to.
  static constexpr std::uint64_t kTrialMs = 600'000;

  Updater(const UpdatePorts& ports, const LockPorts& board, Lock& lock) : ports_(ports), board_(board), lock_(lock) {}

  /// To be called once, with what the lock's start() said. An image on trial makes one statement here and checks it; false where
  /// that fails, or the lock is not ready: then the board should start anew at once, with the former image.
  [[nodiscard]] bool started(Lock::Start start);
  [[nodiscard]] bool on_trial() const;
  /// A dock said hello and was answered: an image on trial that passed started() confirms itself.
  void heard();
  /// Whether the board should start anew now: there is a new image to be tried and no ride is under way, or a trial took too
  /// long.
  [[nodiscard]] bool restart_due(std::uint64_t uptime_ms) const;

  enum class Taken : std::uint8_t { yes, refused, not_kept, nothing_offered };
  /// Takes an image's message; `next` becomes the place of the first byte that is still to come. The same again goes on, after a
  /// restart too; another begins anew, and what was received of the one before is gone.
  [[nodiscard]] Taken offer(ByteView message, std::uint32_t& next);
  /// Takes the image's next bytes, whole words of the flash or up to its end; others change nothing. Always sets `next`.
  [[nodiscard]] Taken write(std::uint32_t at, ByteView bytes, std::uint32_t& next);
  /// Verifies the whole; yes: it is tried as soon as restart_due(). refused: it is not what was offered, and all is to be sent
  /// anew.
  [[nodiscard]] Taken finish();

  [[nodiscard]] const BootState& state() const { return ports_.record.state(); }
  /// The image that runs.
  [[nodiscard]] const ImageInfo& running() const { return state().images[ports_.running]; }
  [[nodiscard]] std::uint8_t running_slot() const { return ports_.running; }
  [[nodiscard]] std::uint32_t board() const { return ports_.board; }

 private:
  [[nodiscard]] bool wanted(ByteView message, ImageInfo& image) const;
  [[nodiscard]] bool begin(const ImageInfo& image);
  [[nodiscard]] bool go_on();
  [[nodiscard]] bool keep_other(OtherSlot other);
  [[nodiscard]] Flash& slot() const { return *ports_.slots[state().other_slot()]; }

  UpdatePorts ports_;
  LockPorts board_;
  Lock& lock_;
  bool proven_ = false;
  bool receiving_ = false;  ///< in this start
  std::uint32_t received_ = 0;
};

}  // namespace greentill::firmware
