// SPDX-License-Identifier: Apache-2.0
#include "firmware/port/mps2/board.hpp"

extern "C" {
/// The last words of the memory, which no start clears.
extern volatile std::uint32_t reset_note[3];

void watchdog_fired() { greentill::firmware::restart(greentill::firmware::ResetReason::watchdog); }
void fault_happened() { greentill::firmware::restart(greentill::firmware::ResetReason::fault); }
}

namespace greentill::firmware {
namespace {

constexpr std::uint32_t kNoted = 0x47544e31;
constexpr std::uint32_t kClockHz = 25'000'000;
volatile std::uint32_t* const kWatchdog = reinterpret_cast<volatile std::uint32_t*>(0x40008000);
constexpr std::uint32_t kUnlock = 0x1acce551;

void lock_watchdog(std::uint32_t key) { kWatchdog[0xc00 / 4] = key; }

}  // namespace

void restart(ResetReason reason) {
  reset_note[1] = static_cast<std::uint32_t>(reason);
  auto* const application_interrupt_and_reset = reinterpret_cast<volatile std::uint32_t*>(0xe000ed0c);
  *application_interrupt_and_reset = 0x05fa0004;
  for (;;) {
  }
}

void find_reason() {
  const bool noted = reset_note[0] == kNoted && reset_note[1] <= static_cast<std::uint32_t>(ResetReason::fault);
  reset_note[2] = noted ? reset_note[1] : static_cast<std::uint32_t>(ResetReason::power_on);
  reset_note[1] = static_cast<std::uint32_t>(ResetReason::pin);
  reset_note[0] = kNoted;
}

ResetReason reason_of_this_start() { return static_cast<ResetReason>(reset_note[2]); }

void CmsdkWatchdog::start() {
  lock_watchdog(kUnlock);
  kWatchdog[0] = kSeconds * kClockHz;
  kWatchdog[2] = 3;  // interrupt, and reset
  lock_watchdog(0);
}

void CmsdkWatchdog::feed() {
  lock_watchdog(kUnlock);
  kWatchdog[3] = 1;
  lock_watchdog(0);
}

}  // namespace greentill::firmware
