// SPDX-License-Identifier: Apache-2.0
// The pages that trips refer to: stations (GBFS station_information.json, 2.x and 3.x) and vehicles (MDS /vehicles, 1.x and 2.x).
// Threads: immutable once read.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "plugins/common/readers/json_stream.hpp"
#include "plugins/common/values/geo.hpp"
#include "plugins/mds/vehicle.hpp"

namespace greentill::mds {

/// Where the stations of a system are. What they are called, in whatever languages, is passed over.
class Stations {
 public:
  /// Throws std::runtime_error, naming the station by its place in the list, where it is no such page.
  static Stations parse(plugin::Bytes& bytes);

  [[nodiscard]] std::optional<plugin::Coordinates> find(std::string_view id) const;
  [[nodiscard]] std::size_t size() const { return places_.size(); }
  [[nodiscard]] std::int64_t last_updated() const { return last_updated_; }  ///< Unix seconds
  [[nodiscard]] std::int64_t ttl_s() const { return ttl_s_; }

 private:
  class Reading;
  std::unordered_map<std::string, plugin::Coordinates> places_;
  std::int64_t last_updated_ = 0;
  std::int64_t ttl_s_ = 0;
};

/// What kind of vehicle a device is part of.
class Vehicles {
 public:
  /// Throws as Stations::parse does.
  static Vehicles parse(plugin::Bytes& bytes);
  /// `device`: a UUID in lower case.
  [[nodiscard]] std::optional<Vehicle> find(const std::string& device) const;
  [[nodiscard]] std::size_t size() const { return vehicles_.size(); }

 private:
  class Reading;
  std::unordered_map<std::string, Vehicle> vehicles_;
};

}  // namespace greentill::mds
