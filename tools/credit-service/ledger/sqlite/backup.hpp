// SPDX-License-Identifier: Apache-2.0
// A copy of the ledger while workers go on. docs/credit-service.md, "Backups".
#pragma once

#include <filesystem>

#include "daemon/base/error.hpp"

namespace greentill::credit {

/// Writes the ledger as of one moment to `into`, and what people decided beside it (`into`.registry), as that stands a little
/// later: it may go on further than the copy, which is what a restore needs. Both are durable on return, readable by their owner
/// alone, and were read back; where it fails, nothing of that name is left. conflict where something of that name is there
/// already. Cost: reads and writes the whole; workers go on, but their log grows meanwhile.
Status back_up_sqlite(const std::filesystem::path& database, const std::filesystem::path& into);

}  // namespace greentill::credit
