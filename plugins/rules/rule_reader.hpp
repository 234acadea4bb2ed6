// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "plugins/common/toml.hpp"
#include "plugins/rules/rule.hpp"

namespace greentill::rules {

/// Reads one [[rule]]; the words it looks for go into the index. Throws std::runtime_error with line and column.
Rule read_rule(const plugin::Toml& table, Folder& folder, WordIndex& index);

}  // namespace greentill::rules
