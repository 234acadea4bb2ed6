// SPDX-License-Identifier: Apache-2.0
// A transaction and an activity in CBOR, as the daemon and its children pass them: one array of all fields in the table's order.
// Both sides are built together, so there are no versions. Threads: pure functions.
#pragma once

#include "daemon/claim/cbor.hpp"
#include "daemon/event/field_kinds.hpp"
#include "daemon/event/transaction.hpp"

namespace greentill::event {

/// Fields that are not for the audience are written as empty.
void write_transaction(claim::CborWriter& out, const Transaction& transaction, Audience audience);
void write_activity(claim::CborWriter& out, const Activity& activity);

/// Reads what a child sent, trusting nothing: a list's length is checked before memory is taken for its elements. The caller asks
/// the reader whether all of it was well-formed, and check.hpp whether it is within the limits.
[[nodiscard]] Transaction read_transaction(claim::CborReader& in);
[[nodiscard]] Activity read_activity(claim::CborReader& in);

}  // namespace greentill::event
