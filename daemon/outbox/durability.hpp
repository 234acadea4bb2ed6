// SPDX-License-Identifier: Apache-2.0
// Opens the store's file with the settings that the outbox promises: what was committed is on the disk, and no other process has
// the file open. Private to daemon/outbox; docs/outbox.md says what is promised.
#pragma once

#include "daemon/outbox/outbox.hpp"
#include "daemon/sqlite/sqlite.hpp"

namespace greentill::outbox {

Result<sqlite::Database> open_for_writing(const Options& options);
Result<sqlite::Database> open_for_reading(const Options& options);

}  // namespace greentill::outbox
