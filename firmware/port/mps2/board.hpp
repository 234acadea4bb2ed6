// SPDX-License-Identifier: Apache-2.0
// What the boot part and the image have of the board in common: why it starts, how it starts anew, and the watchdog.
#pragma once

#include "firmware/core/ports.hpp"

namespace greentill::firmware {

/// Starts the board anew; the next start is told the reason.
[[noreturn]] void restart(ResetReason reason);

/// Why the board started, as the boot part found it.
[[nodiscard]] ResetReason reason_of_this_start();
/// The boot part's, once: finds the reason. A reset that nobody announced is the pin's, or the power's where the memory was lost.
void find_reason();

/// Arm's CMSDK watchdog (its technical reference manual, 4.7). After its time the NMI starts the board anew; where that does not
/// come about either, the watchdog itself does after as long again.
class CmsdkWatchdog final : public Watchdog {
 public:
  static constexpr std::uint32_t kSeconds = 8;
  /// Once; nobody stops it after that.
  void start();
  void feed() override;
};

}  // namespace greentill::firmware
