// SPDX-License-Identifier: Apache-2.0
#include "plugins/mds/trip.hpp"

#include <algorithm>
#include <array>

#include "daemon/base/text.hpp"
#include "plugins/journal/spelling.hpp"

namespace greentill::mds {
namespace {

using plugin::JsonScalar;

constexpr std::string_view kPoint = "route.features[]";

/// MDS 2's trip types of all its modes (modes/): who rides is a customer...
constexpr std::array<std::string_view, 3> kCustomers{"rider", "private", "shared"};
/// ...or is not: the operator's staff, or nobody but the driver. Delivery robots carry nobody at all.
constexpr std::array<std::string_view, 9> kOwn{"rebalance", "maintenance", "empty",   "reservation", "delivery",
                                               "return",    "advertising", "mapping", "roaming"};

/// Places with five decimals are as exact as what measured them.
constexpr double kExact = 1e-5;
/// A step is so many times longer than its ends are vague, so that most of it is sure.
constexpr std::int64_t kSureSteps = 8;
constexpr double kMmADegree = 111'195'000;

std::int64_t vagueness_mm(const plugin::Coordinates& a, const plugin::Coordinates& b) {
  return static_cast<std::int64_t>((a.within + b.within) * kMmADegree);
}

std::string named(std::string_view field, std::string_view what) { return std::string(field) + " " + std::string(what); }

}  // namespace

void Record::twice(std::string_view /*path*/) { note("a key stands twice"); }

void Record::note(std::string what) {
  if (problem_.empty()) problem_ = std::move(what);
}

void Record::scalar(std::string_view path, const JsonScalar& value) {
  if (path.empty()) return note("it is no object");
  if (is_one_of(path, {"trip_type", "trip_type[]"})) take_purpose(value);
  if (path.starts_with("trip_type.")) unclear_ = true;
  if (path == "fare_attributes.payment_type" && value.text == "test") own_ = "payment_type is 'test'";
  if (value.type == JsonScalar::Type::text) take_text(path, value.text);
  if (value.type == JsonScalar::Type::number) take_number(path, value.text);
}

void Record::take_purpose(const JsonScalar& value) {
  const std::string purpose = journal::spelling(value.text);
  if (purpose.empty()) return;
  if (std::find(kOwn.begin(), kOwn.end(), purpose) != kOwn.end()) own_ = "trip_type is '" + purpose + "'";
  const bool is_customer = std::find(kCustomers.begin(), kCustomers.end(), purpose) != kCustomers.end();
  if (value.type != JsonScalar::Type::text || (own_.empty() && !is_customer)) unclear_ = true;
}

void Record::ask_who_rode(plugin::Transaction& trip) const {
  if (!own_.empty()) throw plugin::LeftOut("it is the operator's own ride: its " + own_);
  if (!unclear_) return;
  trip.standing = GT_DOUBTFUL;
  trip.remark = "its trip_type is none of MDS's: whether a customer rode is not known";
}

void Record::take_text(std::string_view path, std::string_view text) {
  if (path == "provider_id") provider = uuid(text).value_or("");
  if (path == "device_id") device = uuid(text).value_or("");
  if (path == "vehicle_type") vehicle.take_type(text);
  if (path == "propulsion_types[]" || path == "propulsion_type[]") vehicle.add_propulsion(text);
}

void Record::check() const {
  if (!problem_.empty()) throw plugin::Unusable(problem_);
  if (provider.empty()) throw plugin::Unusable("it has no provider_id that is a UUID");
}

plugin::Transaction Surroundings::trip(const Record& record, std::string id, std::int64_t begin_ms, std::int64_t end_ms) const {
  plugin::Transaction trip;
  record.ask_who_rode(trip);
  // MDS 1 says what vehicle it was in the record, MDS 2 in the page of vehicles.
  const auto vehicle = record.vehicle.type.empty() ? find_vehicle(record.device) : record.vehicle;
  if (!vehicle) throw plugin::Unusable("its device is not in the file of vehicles");
  trip.issuer = record.provider;
  trip.event_id = std::move(id);
  trip.kind = GT_KIND_TRIP;
  trip.begin = begin_ms / 1000;
  trip.end = end_ms / 1000;
  trip.mode = modes.of(*vehicle);
  return trip;
}

void Track::add(std::int64_t time_ms, const plugin::Coordinates& place) {
  Point point{time_ms, place};
  if (point.place.within < kExact) point.place.within = 0;
  in_order_ = in_order_ && (!previous_ || time_ms >= previous_->time_ms);
  if (counted_) {
    // At most half the globe's girth a step, so that 10^8 points fit.
    in_order_ = in_order_ && points_ < 100'000'000;
    const std::int64_t step = plugin::great_circle_mm(counted_->place, point.place);
    if (step >= kSureSteps * vagueness_mm(counted_->place, point.place)) {
      length_mm_ += step;
      counted_ = point;
    }
  } else {
    counted_ = point;
  }
  if (!first_ || time_ms < first_->time_ms) first_ = point;
  if (!last_ || time_ms >= last_->time_ms) last_ = point;
  previous_ = point;
  ++points_;
}

std::optional<std::int64_t> Track::length_m() const {
  if (points_ < 2 || !in_order_) return std::nullopt;
  return (length_mm_ + plugin::great_circle_mm(counted_->place, previous_->place)) / 1000;
}

std::optional<std::int64_t> Track::between_ends_m() const {
  if (points_ < 2) return std::nullopt;
  return plugin::great_circle_m(first_->place, last_->place);
}

void Trip::begin(std::string_view path, bool /*list*/) {
  if (path == kPoint) {
    point_ = {};
    point_ms_.reset();
  }
}

void Trip::end(std::string_view path) {
  if (path == kPoint) close_point();
}

void Trip::close_point() {
  const auto place = point_.coordinates();
  // The way past it is no longer than the one through it.
  if ((!place || !point_ms_) && route_problem_.empty()) {
    route_problem_ =
        std::string("a point of its route has no ") + (place ? "timestamp in milliseconds" : "coordinates on the globe");
  }
  if (!place || !point_ms_) return;
  track_.add(*point_ms_, *place);
}

void Trip::scalar(std::string_view path, const JsonScalar& value) {
  const bool must_be_number = is_one_of(path, {"start_time", "end_time", "trip_distance", "distance"});
  const bool is_number = value.type == JsonScalar::Type::number || value.type == JsonScalar::Type::null;
  if (must_be_number && !is_number) note(named(path, "must be a number"));
  Record::scalar(path, value);
}

void Trip::take_number(std::string_view path, std::string_view digits) {
  if (path.starts_with(kPoint)) return take_point(path.substr(kPoint.size()), digits);
  if (path == "start_time" || path == "end_time") {
    const auto time = milliseconds(digits);
    if (!time) note(named(path, "must be whole milliseconds since 1970, and after 2017"));
    (path == "start_time" ? start_ms_ : end_ms_) = time;
  }
  if (path == "trip_distance" || path == "distance") {
    distance_m_ = rounded_down(digits);
    if (!distance_m_) note(named(path, "must be a number of metres"));
  }
  if (path == "start_location.lat") start_.latitude(digits);
  if (path == "start_location.lng") start_.longitude(digits);
  if (path == "end_location.lat") end_.latitude(digits);
  if (path == "end_location.lng") end_.longitude(digits);
}

void Trip::take_point(std::string_view part, std::string_view digits) {
  if (part == ".properties.timestamp") point_ms_ = milliseconds(digits);
  if (part != ".geometry.coordinates[]") return;
  point_.coordinate(digits);
}

void Trip::take_text(std::string_view path, std::string_view text) {
  Record::take_text(path, text);
  if (path == "trip_id") trip_ = uuid(text).value_or("");
}

plugin::Transaction::Quantity Trip::distance() const {
  // MDS says that this number is in metres and that the trip covered them, and not that a wheel counted them: operators compute
  // it from the route.
  if (distance_m_) return {"m.track", *distance_m_};
  if (const auto length = track_.length_m()) return {"m.track", *length};
  if (const auto between = track_.between_ends_m()) return {"m.stations", *between};
  const auto from = start_.coordinates();
  const auto to = end_.coordinates();
  if ((!from || !to) && !route_problem_.empty()) throw plugin::Unusable(route_problem_);
  if (!from || !to) throw plugin::Unusable("it has no distance, no route of two points, and no places of begin and end");
  return {"m.stations", plugin::great_circle_m(*from, *to)};
}

plugin::Transaction Trip::make(const Surroundings& with) const {
  check();
  if (trip_.empty()) throw plugin::Unusable("it has no trip_id that is a UUID");
  if (!start_ms_) throw plugin::Unusable("it has no start_time");
  if (!end_ms_) throw plugin::Unusable("it has no end_time: it is not over");
  if (*end_ms_ < *start_ms_) throw plugin::Unusable("end_time is before start_time");
  plugin::Transaction trip = with.trip(*this, trip_, *start_ms_, *end_ms_);
  trip.quantities.push_back(distance());
  return trip;
}

}  // namespace greentill::mds
