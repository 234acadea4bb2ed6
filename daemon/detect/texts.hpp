// SPDX-License-Identifier: Apache-2.0
// Texts of the plugin ABI. event/abi_view.hpp has the rest. Threads: pure functions.
#pragma once

#include <string>
#include <string_view>

#include "daemon/event/field_kinds.hpp"

namespace greentill::detect {

using event::from_abi;
using event::to_abi;

/// So much more than it keeps readable() should be given: a card number across its cut is recognised then.
inline constexpr std::size_t kBeyondCut = 128;

/// The text for people's eyes: card numbers are masked, since a foreign program may print or quote anything when it fails; bytes
/// that are not UTF-8, and control characters, become '?'; at most `limit` bytes.
std::string readable(gt_text text, std::size_t limit = 512);

}  // namespace greentill::detect
