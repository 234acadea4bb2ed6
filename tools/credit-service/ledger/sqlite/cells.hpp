// SPDX-License-Identifier: Apache-2.0
// What the ledger's cells hold (docs/ledger.md, "Schema"). Private to this folder. Threads: pure functions.
#pragma once

#include <optional>
#include <vector>

#include "daemon/sqlite/sqlite.hpp"
#include "tools/credit-service/ledger/act_key.hpp"
#include "tools/credit-service/ledger/things.hpp"

namespace greentill::credit {

/// The columns of a claim's decision, in the order in which read_decision() takes them.
inline constexpr const char* kDecisionColumns =
    "reason, holds, lifted, arrived, since, refused_at, certificate, customer, programme, granted, differs";
inline constexpr int kDecisionWidth = 11;
/// Reads them from the column `first` on; false where the certificate is none.
bool read_decision(const sqlite::Query& row, int first, Decision& into);

/// [* [account, mg]], into a buffer that is kept for the next time. Lifetime of what it returns: the buffer's.
ByteView legs_cell(const std::vector<Leg>& legs, std::vector<std::uint8_t>& buffer);

/// Nothing where the cell is none.
std::optional<std::vector<Leg>> parse_legs(ByteView cell);

}  // namespace greentill::credit
