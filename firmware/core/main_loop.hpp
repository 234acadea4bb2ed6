// SPDX-License-Identifier: Apache-2.0
// What a board does over and over besides listening: the second's tick, the watchdog's food, the supply. A board calls pass()
// from its one loop, after it has given the lock and the line what came. Threads: one.
#pragma once

#include "firmware/core/updater.hpp"

namespace greentill::firmware {

class MainLoop {
 public:
  /// `updater` may be none: a lock whose image is for ever. Lifetime: all of them.
  MainLoop(Lock& lock, Updater* updater, Supply& supply, Watchdog& watchdog)
      : lock_(lock), updater_(updater), supply_(supply), watchdog_(watchdog) {}

  enum class Next : std::uint8_t {
    listen,   ///< give the line and the lock what came, and call again
    wait,     ///< the supply fails, and what must be kept is kept: count pulses, and do nothing that costs power
    restart,  ///< there is another image to be started
  };
  /// `now_ms` counts the board's own time since its start. The watchdog is fed once a second, when the lock has done what each
  /// second asks: a loop that spins, and a clock that stands, starve it.
  [[nodiscard]] Next pass(std::uint64_t now_ms);

 private:
  Lock& lock_;
  Updater* updater_;
  Supply& supply_;
  Watchdog& watchdog_;
  std::uint64_t last_tick_ms_ = 0;
  bool warned_ = false;
};

}  // namespace greentill::firmware
