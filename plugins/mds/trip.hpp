// SPDX-License-Identifier: Apache-2.0
// One trip of a page, from its events to a transaction. Of whoever rode, which vehicle it was and where it went nothing leaves
// this file: a transaction has ids, times, the mode and metres. Threads: one thread.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "plugins/common/readers/json_stream.hpp"
#include "plugins/common/values/limits.hpp"
#include "plugins/mds/fields.hpp"
#include "plugins/mds/vehicle.hpp"

namespace greentill::mds {

/// What a device of MDS 2 is; nothing where it is not known. Throws std::runtime_error where nobody told.
using FindVehicle = std::function<std::optional<Vehicle>(const std::string& device)>;

/// What trips and events of vehicles have in common.
class Record : public plugin::JsonEvents {
 public:
  void scalar(std::string_view path, const plugin::JsonScalar& value) override;
  void twice(std::string_view path) final;

  /// Whether a customer rode, as its trip_type says. Throws plugin::LeftOut where the operator did; makes the trip doubtful where
  /// nobody can tell.
  void ask_who_rode(plugin::Transaction& trip) const;

  std::string provider;  ///< a UUID
  std::string device;    ///< likewise
  Vehicle vehicle;       ///< in MDS 1

 protected:
  /// Of several things that are wrong the first counts. The record is read to its end nevertheless.
  void note(std::string what);
  /// Throws plugin::Unusable where anything was wrong, or the provider is missing.
  void check() const;
  virtual void take_text(std::string_view path, std::string_view text);
  virtual void take_number(std::string_view path, std::string_view digits) = 0;

 private:
  void take_purpose(const plugin::JsonScalar& value);

  std::string problem_;
  std::string own_;  // what says that the operator rode
  bool unclear_ = false;
};

/// What all records of a page are made with.
struct Surroundings {
  const Modes& modes;
  FindVehicle find_vehicle;

  /// A trip with the record's vehicle, without its distance. Throws plugin::Unusable where the vehicle has no mode,
  /// plugin::LeftOut where no customer rode.
  [[nodiscard]] plugin::Transaction trip(const Record& record, std::string id, std::int64_t begin_ms, std::int64_t end_ms) const;
};

/// The least length of a route, point by point: of the points themselves none is kept but the last ones and those of begin and
/// end. Where places were rounded, steps between neighbours say little: then a step leads to the next point that is far from the
/// last one for its cell.
class Track {
 public:
  void add(std::int64_t time_ms, const plugin::Coordinates& place);

  /// In whole metres, rounded down: the steps together, where the points came in the order of their times. Nothing where they did
  /// not, since the steps between them are then none that were ridden, or where there are fewer than two.
  [[nodiscard]] std::optional<std::int64_t> length_m() const;
  /// The great circle from the earliest point to the latest; nothing where there are fewer than two.
  [[nodiscard]] std::optional<std::int64_t> between_ends_m() const;

 private:
  struct Point {
    std::int64_t time_ms;
    plugin::Coordinates place;
  };
  std::optional<Point> first_;  // in time
  std::optional<Point> last_;   // in time
  std::optional<Point> previous_;
  std::optional<Point> counted_;  // that the last step led to
  std::uint64_t points_ = 0;
  std::int64_t length_mm_ = 0;
  bool in_order_ = true;
};

class Trip final : public Record {
 public:
  void scalar(std::string_view path, const plugin::JsonScalar& value) override;
  void begin(std::string_view path, bool list) override;
  void end(std::string_view path) override;

  /// After its last event. Throws plugin::Unusable where no transaction can be made of it, or as Surroundings::trip does.
  [[nodiscard]] plugin::Transaction make(const Surroundings& with) const;

 private:
  void take_number(std::string_view path, std::string_view digits) override;
  void take_text(std::string_view path, std::string_view text) override;
  void take_point(std::string_view part, std::string_view digits);
  void close_point();
  [[nodiscard]] plugin::Transaction::Quantity distance() const;

  std::string trip_;
  std::optional<std::int64_t> start_ms_;
  std::optional<std::int64_t> end_ms_;
  std::optional<std::int64_t> distance_m_;
  Place start_;
  Place end_;
  Track track_;
  // The point of the route that is being read.
  Place point_;
  std::optional<std::int64_t> point_ms_;
  std::string route_problem_;  // of its first point that is none
};

}  // namespace greentill::mds
