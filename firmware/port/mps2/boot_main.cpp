// SPDX-License-Identifier: Apache-2.0
// The boot part on a Cortex-M4 in QEMU: starts the watchdog, finds why the board starts, and starts one of the images. The
// machine has no flash of its own: the flash is a file, of which the slot is brought to where a board's would be executed. A file
// that is not there yet is a board from the factory: what QEMU loaded as slot 0 is programmed into it.
#include <algorithm>
#include <new>

#include "firmware/core/boot.hpp"
#include "firmware/core/flash_part.hpp"
#include "firmware/port/mbedtls/mbedtls_sha256.hpp"
#include "firmware/port/mps2/board.hpp"
#include "firmware/port/mps2/layout.hpp"

namespace greentill::firmware {
namespace {

MutableBytes executed(std::uint8_t slot) { return {reinterpret_cast<std::uint8_t*>(slot_address(slot)), kSlotBytes}; }

/// All that is on a board that leaves the factory.
bool make_flash(HostedFile& file) {
  if (!file.open("greentill-lock.flash", HostedFile::kMake)) return false;
  HostedFlash flash(file, kAllSectors);
  for (std::uint32_t sector = 0; sector < kAllSectors; ++sector) {
    if (!flash.erase(sector)) return false;
  }
  return flash.program(kSlotSector * HostedFlash::kSectorBytes, executed(0));
}

struct Memory {
  HostedFile file;
  bool opened = file.open("greentill-lock.flash", HostedFile::kChange) || make_flash(file);
  HostedFlash flash{file, kAllSectors};
  FlashPart record_part{flash, kRecordSector, kRecordSectors};
  FlashPart slots[kSlots]{{flash, kSlotSector, kSlotSectors}, {flash, kSlotSector + kSlotSectors, kSlotSectors}};
  BootRecord record{record_part};
  MbedtlsSha256 sha;
};
alignas(Memory) std::uint8_t memory[sizeof(Memory)];

[[noreturn]] void start(std::uint8_t slot) {
  auto* const vector_table_offset = reinterpret_cast<volatile std::uint32_t*>(0xe000ed08);
  const auto* const vectors = reinterpret_cast<const volatile std::uint32_t*>(slot_address(slot));
  *vector_table_offset = slot_address(slot);
  const std::uint32_t stack = vectors[0];
  const std::uint32_t entry = vectors[1];
  asm volatile("msr msp, %0\n bx %1" ::"r"(stack), "r"(entry) : "memory");
  for (;;) {
  }
}

}  // namespace
}  // namespace greentill::firmware

extern "C" [[noreturn]] void fault_happened();
extern "C" void sys_tick_handler() { fault_happened(); }

extern "C" [[noreturn]] void lock_main() {
  using namespace greentill::firmware;
  find_reason();
  CmsdkWatchdog().start();
  Memory& it = *new (memory) Memory;
  const auto slot = choose_image({it.record, {&it.slots[0], &it.slots[1]}, it.sha}, reason_of_this_start());
  if (slot && it.slots[*slot].read(0, executed(*slot))) start(*slot);
  // Nothing is left to be started; the watchdog tries again.
  for (;;) {
  }
}
