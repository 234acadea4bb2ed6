// SPDX-License-Identifier: Apache-2.0
// The answer to a transaction that was reported before, read back from the claims it made.
#pragma once

#include "daemon/engine/claim_maker.hpp"
#include "daemon/event/answer.hpp"
#include "daemon/outbox/outbox.hpp"

namespace greentill::engine {

/// Threads: the reader's. Claims that were pruned are left out; corrupt where one does not parse.
Result<event::TransactionAnswer> answer_from_store(outbox::Reader& reader, const outbox::TransactionRecord& record,
                                                   const ClaimMaker& maker);

}  // namespace greentill::engine
