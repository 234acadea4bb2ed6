// SPDX-License-Identifier: Apache-2.0
// By what people will tell a transaction from another: till, receipt number and time, as the store keeps them. Threads: pure.
#pragma once

#include "daemon/event/transaction.hpp"
#include "daemon/outbox/side_records.hpp"

namespace greentill::engine {

/// Where the transaction does not say what its till is called or what is printed, its issuer and event id stand for that: a till
/// that reports itself numbers events by its receipts. An id that is the hash of something is printed nowhere, and is not kept.
/// Card numbers are masked, also in what stands for them.
[[nodiscard]] outbox::Sale sale_of(const event::Transaction& transaction);

}  // namespace greentill::engine
