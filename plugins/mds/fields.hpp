// SPDX-License-Identifier: Apache-2.0
// The values that MDS and GBFS share. Threads: pure functions.
#pragma once

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

/// A place that comes number by number.
class Place {
 public:
  void latitude(std::string_view digits) { latitude_ = plugin::parse_degrees(digits, 90); }
  void longitude(std::string_view digits) { longitude_ = plugin::parse_degrees(digits, 180); }
  /// GeoJSON has the longitude first, then the latitude; the height may follow.
  void coordinate(std::string_view digits) {
    if (coordinates_ == 0) longitude(digits);
    if (coordinates_ == 1) latitude(digits);
    ++coordinates_;
  }
  /// Nothing unless both came and are on the globe.
  [[nodiscard]] std::optional<plugin::Coordinates> coordinates() const {
    if (!latitude_ || !longitude_) return std::nullopt;
    return plugin::Coordinates{*latitude_, *longitude_};
  }

 private:
  std::optional<double> latitude_;
  std::optional<double> longitude_;
  int coordinates_ = 0;
};

}  // namespace greentill::mds
