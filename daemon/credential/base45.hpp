// SPDX-License-Identifier: Apache-2.0
// Base45 (RFC 9285): bytes as the characters that a QR code packs closest. Threads: pure functions.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "daemon/base/bytes.hpp"

namespace greentill::credential {

[[nodiscard]] std::string to_base45(ByteView bytes);

/// Nothing where the text is not base45.
[[nodiscard]] std::optional<std::string> from_base45(std::string_view text);

}  // namespace greentill::credential
