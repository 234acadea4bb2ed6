// SPDX-License-Identifier: Apache-2.0
// Whom a reversal may take back, by what the registry says when it comes, and what was counted of it: kept with it as JSON, since
// the registry goes on, and a claim that stands again is not counted twice.
// docs/ledger.md, "Who takes back". Private to ledger/. Threads: one.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "tools/credit-service/ledger/lookup.hpp"

namespace greentill::credit {

struct Entitled {
  std::vector<std::string> predecessors;  ///< of the device's merchant
  bool owns_root = false;
  std::map<std::int64_t, std::int64_t> counted;  ///< mg that it took of a claim, towards what its device may take back
};

Result<Entitled> entitled_of(Lookup& lookup, const std::string& merchant, std::uint32_t root, std::int64_t now);
[[nodiscard]] std::string to_json(const Entitled& entitled);
/// Nothing where the text is none of to_json()'s.
std::optional<Entitled> parse_entitled(const std::string& json);

}  // namespace greentill::credit
