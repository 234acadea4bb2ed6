// SPDX-License-Identifier: Apache-2.0
// What is wrong with a file of claims.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "daemon/claim/claim.hpp"
#include "daemon/verify/reason.hpp"

namespace greentill::cli {

using verify::Reason;

struct Finding {
  Reason reason = Reason::none;
  std::string detail;
  std::optional<std::uint64_t> seq;       ///< the claim's; nothing for bytes that cannot be read
  std::optional<std::uint64_t> last_seq;  ///< where it is about several claims in a row
  std::optional<claim::ChainId> chain;
  std::uint64_t offset = 0;  ///< where the claim or the bytes begin in the file
};

using FindingSink = std::function<void(const Finding&)>;

}  // namespace greentill::cli
