// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string_view>

namespace greentill::plugin {

/// How many places the minor unit of a currency has (ISO 4217: EUR 2, JPY 0, KWD 3). Nothing where the text is no code of three
/// capital letters; 2 for a code that is not in the list of exceptions. Threads: pure function.
std::optional<unsigned> minor_places(std::string_view currency);

}  // namespace greentill::plugin
