// SPDX-License-Identifier: Apache-2.0
// Reads what can be read of a damaged store into a new one: each claim by itself, wherever it stands, as long as it is one that
// this device signed; of all else the rows that SQLite can still reach. docs/outbox.md, "When the file is damaged". Private to
// daemon/outbox.
#pragma once

#include <cstdint>
#include <filesystem>

#include "daemon/outbox/outbox.hpp"
#include "daemon/sqlite/store_mark.hpp"

namespace greentill::outbox {

struct Salvaged {
  std::uint64_t claims = 0;  ///< that were read
  std::uint64_t lost = 0;    ///< that were not, as far as it is known that they were made
  bool goes_on = false;      ///< nothing of the chain in force is lost or spoilt
};

/// Makes the store `into` of what is left of the files of `options`, durably; neither is open elsewhere. `marked`: how far the
/// store had come. A chain of which claims are missing is marked as damaged. Errors: those of writing the new store. Threads:
/// one; memory does not grow with the store.
Result<Salvaged> salvage(const Options& options, const std::filesystem::path& into, const sqlite::Reach& marked);

}  // namespace greentill::outbox
