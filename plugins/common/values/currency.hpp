// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string_view>

namespace greentill::plugin {

/// How many decimal places the currency's minor unit has (ISO 4217: EUR 2, JPY 0, KWD 3). Nothing where the text is no code of
/// the list, or a code without a minor unit (XAU): the number of places is never guessed. Threads: pure function.
std::optional<unsigned> minor_places(std::string_view currency);

}  // namespace greentill::plugin
