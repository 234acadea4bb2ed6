// SPDX-License-Identifier: Apache-2.0
// Whom a reversal may take back, by what the registry says when it comes: kept with it as JSON, since the registry goes on.
// docs/ledger.md, "Who takes back". Private to ledger/. Threads: one.
#pragma once

#include <string>
#include <vector>

#include "tools/credit-service/ledger/lookup.hpp"

namespace greentill::credit {

struct Entitled {
  std::vector<std::string> predecessors;  ///< of the device's merchant
  bool owns_root = false;
};

Result<std::string> entitled_of(Lookup& lookup, const std::string& merchant, std::uint32_t root, std::int64_t now);
/// Nothing where the text is none of entitled_of()'s.
std::optional<Entitled> parse_entitled(const std::string& json);

}  // namespace greentill::credit
