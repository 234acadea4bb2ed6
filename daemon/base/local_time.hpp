// SPDX-License-Identifier: Apache-2.0
// The time of day as the shop's clock shows it: in the zone of the device, which the system says (TZ, or /etc/localtime), with
// its summer time. For what people read and for whose day something counts; nothing that is signed or decided by a programme
// depends on it. Threads: safe from any thread. A zone that changes while the program runs is seen after its next start.
#pragma once

#include <cstdint>
#include <string>

namespace greentill {

/// What is added to UTC at that moment, in seconds: 7200 for Helsinki in winter. 0 for a time beyond all calendars.
[[nodiscard]] std::int64_t utc_offset_at(std::int64_t unix_seconds);

/// The day that the shop's calendar shows at that moment: days since 1970-01-01.
[[nodiscard]] std::int64_t local_day(std::int64_t unix_seconds);

/// "2026-11-24T10:15:00+02:00" (RFC 3339). The seconds themselves where that has no such form.
[[nodiscard]] std::string local_rfc3339(std::int64_t unix_seconds);

}  // namespace greentill
