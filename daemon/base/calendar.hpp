// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

namespace greentill {

/// Unix time has no leap seconds.
inline constexpr std::int64_t kSecondsAnHour = 3'600;
inline constexpr std::int64_t kSecondsADay = 86'400;

}  // namespace greentill
