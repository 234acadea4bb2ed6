// SPDX-License-Identifier: Apache-2.0
// Threads: pure function.
#pragma once

#include "daemon/base/bytes.hpp"
#include "daemon/event/transaction.hpp"

namespace greentill::event {

using ContentHash = Bytes<8>;

/// The beginning of SHA-256 over what happened: kind, times, what it takes back, mode, quantities, lines with their amounts,
/// total. Two transactions of one issuer and event id that differ in it are two events under one name: a number that is not
/// unique, or was read from the wrong place. Who reported it and how it was paid is not in it, as two doors may tell it
/// differently.
[[nodiscard]] ContentHash content_hash(const Transaction& transaction);

}  // namespace greentill::event
