// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

#include "plugins/common/limits.hpp"

namespace greentill::plugin {

/// Reads one transaction in the JSON form of the local API (docs/api.md). Strict: unknown or repeated fields, floats where
/// integers belong and times without an offset are refused. Throws Unusable, naming the field. Threads: pure function.
Transaction parse_json_line(std::string_view line);

}  // namespace greentill::plugin
