// SPDX-License-Identifier: Apache-2.0
// Where everything lies on the bench's board: docs/lock-update.md, "The flash". The linker scripts have the addresses once more.
#pragma once

#include <cstdint>

#include "firmware/port/mps2/semihosting.hpp"

namespace greentill::firmware {

inline constexpr std::uint32_t kBoardNumber = 1;

// Sectors of the flash's file.
inline constexpr std::uint32_t kKeySector = 0;
inline constexpr std::uint32_t kIdentitySector = 1;
inline constexpr std::uint32_t kJournalSector = 2;
inline constexpr std::uint32_t kJournalSectors = 16;
inline constexpr std::uint32_t kRecordSector = kJournalSector + kJournalSectors;
inline constexpr std::uint32_t kRecordSectors = 2;
inline constexpr std::uint32_t kSlotSector = kRecordSector + kRecordSectors;
inline constexpr std::uint32_t kSlotSectors = 24;
inline constexpr std::uint32_t kAllSectors = kSlotSector + 2 * kSlotSectors;

// Where a slot's sectors are executed.
inline constexpr std::uint32_t kSlotBytes = kSlotSectors * HostedFlash::kSectorBytes;
inline constexpr std::uint32_t kSlotAddress = 0x4000;
constexpr std::uint32_t slot_address(std::uint8_t slot) { return kSlotAddress + slot * kSlotBytes; }

}  // namespace greentill::firmware
