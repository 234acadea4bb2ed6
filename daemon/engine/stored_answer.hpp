// SPDX-License-Identifier: Apache-2.0
// The answer to a transaction that comes again, read back from the claims that it made.
#pragma once

#include "daemon/engine/claim_maker.hpp"
#include "daemon/event/answer.hpp"
#include "daemon/outbox/outbox.hpp"

namespace greentill::engine {

/// Claims that were pruned are left out of the answer. corrupt where a stored claim does not parse. Threads: the reader's.
Result<event::TransactionAnswer> answer_from_store(outbox::Reader& reader, const outbox::TransactionRecord& record,
                                                   const ClaimMaker& maker);

}  // namespace greentill::engine
