// SPDX-License-Identifier: Apache-2.0
// The daemon's JSON about itself, as text for people. Missing members are left out. Threads: pure functions.
#pragma once

#include <string>

#include "tools/cli/common/output.hpp"

namespace greentill::cli {

[[nodiscard]] std::string status_page(const Json& status);

}  // namespace greentill::cli
