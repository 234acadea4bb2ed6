// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace greentill::crypto {

/// The bytes that base64 (RFC 4648, 4; line ends are passed over) stands for; nothing where it is none. Threads: pure function.
std::optional<std::string> from_base64(std::string_view text);

}  // namespace greentill::crypto
