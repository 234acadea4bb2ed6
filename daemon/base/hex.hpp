// SPDX-License-Identifier: Apache-2.0
// Lower-case hexadecimal, as claim ids and digests are written in JSON, logs and file names.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/base/bytes.hpp"

namespace greentill {

std::string to_hex(ByteView bytes);

/// Nothing where the length is odd or a character is not hexadecimal; both cases of letters are read.
std::optional<std::vector<std::uint8_t>> from_hex(std::string_view text);

}  // namespace greentill
