// SPDX-License-Identifier: Apache-2.0
// A transaction and an activity in CBOR, as the daemon and its children pass them: one array of all fields in the table's order.
// Both sides are built together, so there are no versions. Threads: pure functions.
#pragma once

#include "daemon/claim/cbor.hpp"
#include "daemon/event/field_kinds.hpp"
#include "daemon/event/transaction.hpp"

namespace greentill::event {

/// What is not the audience's is written as empty.
void write_transaction(claim::CborWriter& out, const Transaction& transaction, Audience audience);
void write_activity(claim::CborWriter& out, const Activity& activity);

/// Trusts nothing: of what a few bytes of a child's would become in memory, a number beyond the limits is refused before anything
/// is made of it. The reader says whether all was well; check.hpp whether it is within the limits.
[[nodiscard]] Transaction read_transaction(claim::CborReader& in);
[[nodiscard]] Activity read_activity(claim::CborReader& in);

}  // namespace greentill::event
