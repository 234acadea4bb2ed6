// SPDX-License-Identifier: Apache-2.0
// Of the claims that were read of a damaged store: which are this device's own, and what their chains lack. Private to
// daemon/outbox.
#pragma once

#include "daemon/outbox/salvage.hpp"
#include "daemon/sqlite/sqlite.hpp"

namespace greentill::outbox {

/// Removes claims that the device did not sign and rows about claims that are not there, completes the chains' rows from what
/// claims say of themselves, and marks as damaged the chains of which claims are missing. Requires: a transaction on the
/// database, whose tables hold what was read.
Result<Salvaged> mend_chains(sqlite::Database& database, const Options& options, const sqlite::Reach& marked);

}  // namespace greentill::outbox
