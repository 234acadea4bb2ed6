// SPDX-License-Identifier: Apache-2.0
// Threads: pure function.
#pragma once

#include <string_view>

#include "daemon/claim/claim.hpp"

namespace greentill::event {

using TransactionKey = claim::EventHash;

/// The key under which a transaction is answered the same way again, and under which it is stored: a hash, since issuer and event
/// id are not.
[[nodiscard]] TransactionKey transaction_key(std::string_view issuer, std::string_view event_id);

}  // namespace greentill::event
