// SPDX-License-Identifier: Apache-2.0
// Threads: pure function.
#pragma once

#include "daemon/base/bytes.hpp"
#include "daemon/event/transaction.hpp"

namespace greentill::event {

using ContentHash = Bytes<8>;

/// The beginning of SHA-256 over what happened: kind, times, what it takes back, mode, quantities, lines with their amounts,
/// currency and total. Two transactions of one issuer and event id with different hashes are two events under one name: the
/// number is not unique, or was read from the wrong place. Who reported the event and how it was paid are not in the hash, since
/// two sources may report these differently.
[[nodiscard]] ContentHash content_hash(const Transaction& transaction);

}  // namespace greentill::event
