// SPDX-License-Identifier: Apache-2.0
// Takes out of a sentence what may be anybody's, before it is sent home. Threads: pure functions.
#pragma once

#include <string>
#include <string_view>

namespace greentill::doctor {

/// The text without what stands in quotes, paths but for file names of our own, addresses, and long runs of letters and digits,
/// which may be keys, tokens or numbers of receipts. An ellipsis stands in their place.
[[nodiscard]] std::string scrubbed(std::string_view text);

}  // namespace greentill::doctor
