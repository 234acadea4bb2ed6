// SPDX-License-Identifier: Apache-2.0
// The pages that trips refer to: stations (GBFS station_information.json, 1.x to 3.x) and vehicles (MDS /vehicles, 1.x and 2.x).
// Threads: immutable once read.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "plugins/common/readers/json_stream.hpp"
#include "plugins/journal/mapping.hpp"
#include "plugins/mds/vehicle.hpp"

namespace greentill::mds {

/// What is wrong with single entries of a page: the others are read all the same.
struct Flaws {
  static constexpr std::size_t kMostKept = 20;
  std::vector<std::string> kept;  ///< the first of them
  std::size_t count = 0;

  void add(std::string flaw);
};

/// Where the stations of a system are, and what they are called.
class Stations {
 public:
  /// Throws std::runtime_error where it is no such page, or none of its stations can be used.
  static Stations parse(plugin::ByteInput& bytes);

  /// Without a place where its entry has none, or two entries have different ones.
  [[nodiscard]] std::optional<journal::Station> find(std::string_view id) const;
  [[nodiscard]] std::size_t size() const { return stations_.size(); }
  [[nodiscard]] const Flaws& flaws() const { return flaws_; }
  [[nodiscard]] std::int64_t last_updated() const { return last_updated_; }  ///< Unix seconds, 0 where it does not say
  [[nodiscard]] std::int64_t ttl_s() const { return ttl_s_; }

 private:
  class Reading;
  std::unordered_map<std::string, journal::Station> stations_;
  Flaws flaws_;
  std::int64_t last_updated_ = 0;
  std::int64_t ttl_s_ = 0;
};

/// What kind of vehicle a device is part of.
class Vehicles {
 public:
  /// Throws as Stations::parse does.
  static Vehicles parse(plugin::ByteInput& bytes);
  /// `device`: a UUID in lower case. Throws plugin::Unusable where its entry cannot be used, or two contradict one another.
  [[nodiscard]] std::optional<Vehicle> find(const std::string& device) const;
  [[nodiscard]] std::size_t size() const { return vehicles_.size(); }
  [[nodiscard]] const Flaws& flaws() const { return flaws_; }

 private:
  class Reading;
  std::unordered_map<std::string, std::optional<Vehicle>> vehicles_;
  Flaws flaws_;
};

}  // namespace greentill::mds
