// SPDX-License-Identifier: Apache-2.0
// Threads: pure functions.
#pragma once

#include <string_view>

#include "daemon/event/transaction.hpp"

namespace greentill::event {

using TransactionKey = claim::EventHash;

/// The key under which a transaction is stored, and known again when it comes again. It is a hash, so that it
/// is short and tells nothing.
[[nodiscard]] TransactionKey transaction_key(std::string_view issuer, std::string_view event_id);

/// The issuer of the transaction that this one takes back: its own where it names none. Lifetime: the reversal's.
[[nodiscard]] const std::string& issuer_of_reversed(const Transaction& reversal);

/// The key of the transaction that this one takes back. Requires: it is a reversal.
[[nodiscard]] TransactionKey reversed_key(const Transaction& reversal);

}  // namespace greentill::event
