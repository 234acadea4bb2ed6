// SPDX-License-Identifier: Apache-2.0
// What is known of a transaction before anything is looked for in it. Threads: pure functions.
#pragma once

#include <string>

#include "daemon/base/error.hpp"
#include "daemon/event/transaction.hpp"
#include "daemon/outbox/aside.hpp"

namespace greentill::event {

/// The key under which a transaction is answered the same way again.
outbox::TransactionKey transaction_key(const std::string& issuer, const std::string& event_id);

/// Whether the transaction keeps the limits of detect/transaction.hpp; the message names the field.
Status check_transaction(const event::Transaction& transaction);

/// Why nothing is claimed of a record with this standing, for people; empty for a final one.
std::string remark_of(const event::Transaction& transaction);

}  // namespace greentill::event
