// SPDX-License-Identifier: Apache-2.0
// The daemon's JSON about a claim and about itself, as text for people. Members that are missing are left out. Threads: pure.
#pragma once

#include <string>

#include "tools/cli/common/output.hpp"

namespace greentill::cli {

/// One row of the table of claims, without the line's end.
[[nodiscard]] std::string claim_row(const Json& claim);
[[nodiscard]] std::string claim_row_head();
/// A claim with everything in it, over many lines.
[[nodiscard]] std::string claim_page(const Json& claim);
[[nodiscard]] std::string status_page(const Json& status);

}  // namespace greentill::cli
