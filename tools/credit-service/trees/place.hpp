// SPDX-License-Identifier: Apache-2.0
// Places as people write them. Threads: pure functions.
#pragma once

#include <cstdint>
#include <string>

#include "daemon/base/decimal.hpp"
#include "daemon/base/error.hpp"

namespace greentill::credit {

/// In 1e-5 degrees, about a metre.
struct Place {
  std::int32_t latitude = 0, longitude = 0;
};

/// "38.81042,105.72890": latitude and longitude in degrees (WGS 84). `option` begins the error.
inline Result<Place> read_place(const std::string& option, const std::string& text) {
  const std::size_t comma = text.find(',');
  if (comma != std::string::npos) {
    const auto latitude = parse_in_units(text.substr(0, comma), 5);
    const auto longitude = parse_in_units(text.substr(comma + 1), 5);
    constexpr std::int64_t kMost = 18'000'000;
    if (latitude && longitude && *latitude >= -kMost / 2 && *latitude <= kMost / 2 && *longitude >= -kMost &&
        *longitude <= kMost) {
      return Place{static_cast<std::int32_t>(*latitude), static_cast<std::int32_t>(*longitude)};
    }
  }
  return fail(ErrorCode::invalid, option + ": \"" + text + "\" is no latitude and longitude in degrees, as 38.81042,105.72890");
}

}  // namespace greentill::credit
