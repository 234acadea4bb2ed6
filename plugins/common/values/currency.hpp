// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string_view>

namespace greentill::plugin {

/// How many places the minor unit of a currency has (ISO 4217: EUR 2, JPY 0, KWD 3). Nothing where the text is no code of the
/// list, or one that has no minor unit (XAU): how many places there are is never guessed. Threads: pure function.
std::optional<unsigned> minor_places(std::string_view currency);

}  // namespace greentill::plugin
