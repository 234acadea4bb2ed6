// SPDX-License-Identifier: Apache-2.0
// How a device's chain stands, for people and as JSON.
#pragma once

#include <string>

#include "tools/credit-service/cli/output.hpp"
#include "tools/credit-service/ledger/books.hpp"

namespace greentill::credit {

/// "0102030405060708 held (fork) since 2026-11-24 10:00:00".
std::string state_of(const ChainState& chain);
/// That with its head and the assignment under which it was begun.
std::string chain_text(const ChainState& chain);
Json chain_json(const ChainState& chain);

}  // namespace greentill::credit
