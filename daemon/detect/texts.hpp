// SPDX-License-Identifier: Apache-2.0
// Texts of the plugin ABI. event/abi_view.hpp has the rest. Threads: pure functions.
#pragma once

#include <string>
#include <string_view>

#include "daemon/event/field_kinds.hpp"

namespace greentill::detect {

using event::from_abi;
using event::to_abi;

/// Bytes that are not UTF-8 or control characters become '?'; cut at `limit` bytes. For texts that only people read.
std::string readable(gt_text text, std::size_t limit = 512);

}  // namespace greentill::detect
