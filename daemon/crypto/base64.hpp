// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "daemon/base/bytes.hpp"

namespace greentill::crypto {

/// Decodes base64 (RFC 4648, 4), passing over line ends; nothing where the text is not base64. Threads: pure function.
std::optional<std::string> from_base64(std::string_view text);

/// Encodes to one line without an end. Threads: pure function.
std::string to_base64(ByteView bytes);

}  // namespace greentill::crypto
