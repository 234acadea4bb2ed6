// SPDX-License-Identifier: Apache-2.0
// The secret that writing needs.
#pragma once

#include <string>

#include "daemon/base/error.hpp"

namespace greentill::cli {

/// The token in a file, without the white space around it: what the daemon wants to see before it takes transactions.
[[nodiscard]] Result<std::string> load_token(const std::string& file);

}  // namespace greentill::cli
