// SPDX-License-Identifier: Apache-2.0
// One trip of a page, from its events to a transaction. Of whoever rode, which vehicle it was and where it went nothing leaves
// this file: a transaction has ids, times, the mode and metres. Threads: one thread.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "plugins/common/readers/json_stream.hpp"
#include "plugins/common/values/limits.hpp"
#include "plugins/mds/fields.hpp"
#include "plugins/mds/track.hpp"
#include "plugins/mds/vehicle.hpp"

namespace greentill::mds {

/// What a device of MDS 2 is; nothing where it is not known. Throws std::runtime_error where nobody told.
using FindVehicle = std::function<std::optional<Vehicle>(const std::string& device)>;

/// What all records of a page are made with.
struct Surroundings {
  const Modes& modes;
  FindVehicle find_vehicle;
};

/// The first thing that is wrong with a record that is read to its end nevertheless.
class Problem {
 public:
  void note(std::string what) {
    if (what_.empty()) what_ = std::move(what);
  }
  [[nodiscard]] bool any() const { return !what_.empty(); }
  void raise() const {
    if (any()) throw plugin::Unusable(what_);
  }

 private:
  std::string what_;
};

class Trip final : public plugin::JsonEvents {
 public:
  void scalar(std::string_view path, const plugin::JsonScalar& value) override;
  void begin(std::string_view path, bool list) override;
  void end(std::string_view path) override;
  void twice(std::string_view path) override;

  /// After its last event. Throws plugin::Unusable where no transaction can be made of it.
  [[nodiscard]] plugin::Transaction make(const Surroundings& with) const;

 private:
  void take_number(std::string_view path, std::string_view digits);
  void take_text(std::string_view path, std::string_view text);
  void take_point(std::string_view part, std::string_view digits);
  void close_point();
  [[nodiscard]] Vehicle vehicle(const Surroundings& with) const;
  [[nodiscard]] plugin::Transaction::Quantity distance() const;

  Problem problem_;
  std::string provider_;
  std::string trip_;
  std::string device_;
  Vehicle vehicle_;
  std::optional<std::int64_t> start_ms_;
  std::optional<std::int64_t> end_ms_;
  std::optional<std::int64_t> distance_m_;
  Place start_;
  Place end_;
  Track track_;
  // The point of the route that is being read.
  Place point_;
  std::optional<std::int64_t> point_ms_;
  int coordinate_ = 0;
  std::uint64_t points_ = 0;
};

}  // namespace greentill::mds
