// SPDX-License-Identifier: Apache-2.0
// RFC 3339 date-times to Unix seconds. Threads: pure function.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace greentill::event {

/// "2026-11-24T08:15:00+02:00", "2026-11-24 06:15:00.5Z": a space may stand for the T (RFC 3339, 5.6), the offset is required, a
/// fraction is cut off, a leap second is the second after it. Nothing where the text is anything else.
[[nodiscard]] std::optional<std::int64_t> parse_rfc3339(std::string_view text);

}  // namespace greentill::event
