// SPDX-License-Identifier: Apache-2.0
// The values that MDS and GBFS share. Threads: pure functions.
#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "plugins/common/values/geo.hpp"

namespace greentill::mds {

/// A whole number as JSON has it, "12" or "12.0"; nothing for any other.
std::optional<std::int64_t> whole_number(std::string_view digits);
/// The whole part of a number that is not negative: what lies behind the point is dropped.
std::optional<std::int64_t> rounded_down(std::string_view digits);
/// Milliseconds since 1970, not before 2018, when MDS began: a time in seconds is none.
std::optional<std::int64_t> milliseconds(std::string_view digits);
/// A UUID in lower case, whatever case it came in.
std::optional<std::string> uuid(std::string_view text);

/// A place that comes number by number, as exact as they are written.
class Place {
 public:
  void latitude(std::string_view digits) { latitude_ = digits; }
  void longitude(std::string_view digits) { longitude_ = digits; }
  /// GeoJSON has the longitude first, then the latitude; the height may follow.
  void coordinate(std::string_view digits) {
    if (coordinates_ == 0) longitude(digits);
    if (coordinates_ == 1) latitude(digits);
    ++coordinates_;
  }
  /// Nothing unless both came and are on the globe, and not 0, 0.
  [[nodiscard]] std::optional<plugin::Coordinates> coordinates() const { return plugin::parse_place(latitude_, longitude_); }
  /// With how many decimals the longer of them is written.
  [[nodiscard]] unsigned decimals() const { return std::max(plugin::decimals_of(latitude_), plugin::decimals_of(longitude_)); }

 private:
  std::string latitude_;
  std::string longitude_;
  int coordinates_ = 0;
};

}  // namespace greentill::mds
