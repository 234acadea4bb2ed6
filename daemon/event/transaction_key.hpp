// SPDX-License-Identifier: Apache-2.0
// Threads: pure function.
#pragma once

#include <string_view>

#include "daemon/claim/claim.hpp"

namespace greentill::event {

using TransactionKey = claim::EventHash;

/// The key under which a transaction is stored, and known again when it comes again. It is a hash, since issuer and event id must
/// not be stored.
[[nodiscard]] TransactionKey transaction_key(std::string_view issuer, std::string_view event_id);

}  // namespace greentill::event
