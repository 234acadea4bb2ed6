// SPDX-License-Identifier: Apache-2.0
// The daemon's JSON about claims and about itself, as text for people. Missing members are left out. Threads: pure functions.
#pragma once

#include <string>

#include "tools/cli/common/output.hpp"

namespace greentill::cli {

/// One row of the table of claims, without a line end.
[[nodiscard]] std::string claim_row(const Json& claim);
[[nodiscard]] std::string claim_row_head();
/// All of a claim, in many lines.
[[nodiscard]] std::string claim_page(const Json& claim);
[[nodiscard]] std::string status_page(const Json& status);

}  // namespace greentill::cli
