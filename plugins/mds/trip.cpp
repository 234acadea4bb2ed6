// SPDX-License-Identifier: Apache-2.0
#include "plugins/mds/trip.hpp"

namespace greentill::mds {
namespace {

using plugin::JsonScalar;

constexpr std::string_view kPoint = "route.features[]";

std::string named(std::string_view field, std::string_view what) { return std::string(field) + " " + std::string(what); }

}  // namespace

void Trip::twice(std::string_view /*path*/) { problem_.note("a key stands twice"); }

void Trip::begin(std::string_view path, bool /*list*/) {
  if (path == kPoint) {
    point_ = {};
    point_ms_.reset();
    ++points_;
  }
  if (path == "route.features[].geometry.coordinates") coordinate_ = 0;
}

void Trip::end(std::string_view path) {
  if (path == kPoint) close_point();
}

void Trip::close_point() {
  const auto place = point_.coordinates();
  if (!place || !point_ms_) {
    problem_.note("point " + std::to_string(points_) + " of its route has no " +
                  (place ? "timestamp in milliseconds" : "coordinates on the globe"));
    return;
  }
  track_.add(*point_ms_, *place);
}

void Trip::scalar(std::string_view path, const JsonScalar& value) {
  if (path.empty()) return problem_.note("it is no object");
  if (value.type == JsonScalar::Type::number) return take_number(path, value.text);
  if (value.type == JsonScalar::Type::text) return take_text(path, value.text);
  if (value.type == JsonScalar::Type::null) return;
  for (const char* field : {"start_time", "end_time", "trip_distance", "distance"}) {
    if (path == field) problem_.note(named(field, "must be a number"));
  }
}

void Trip::take_number(std::string_view path, std::string_view digits) {
  if (path.starts_with(kPoint)) return take_point(path.substr(kPoint.size()), digits);
  if (path == "start_time" || path == "end_time") {
    const auto time = milliseconds(digits);
    if (!time) problem_.note(named(path, "must be whole milliseconds since 1970, and after 2017"));
    (path == "start_time" ? start_ms_ : end_ms_) = time;
  }
  if (path == "trip_distance" || path == "distance") {
    distance_m_ = rounded_down(digits);
    if (!distance_m_) problem_.note(named(path, "must be a number of metres"));
  }
  if (path == "start_location.lat") start_.latitude(digits);
  if (path == "start_location.lng") start_.longitude(digits);
  if (path == "end_location.lat") end_.latitude(digits);
  if (path == "end_location.lng") end_.longitude(digits);
}

void Trip::take_point(std::string_view part, std::string_view digits) {
  if (part == ".properties.timestamp") point_ms_ = milliseconds(digits);
  if (part != ".geometry.coordinates[]") return;
  // GeoJSON has the longitude first.
  if (coordinate_ == 0) point_.longitude(digits);
  if (coordinate_ == 1) point_.latitude(digits);
  ++coordinate_;
}

void Trip::take_text(std::string_view path, std::string_view text) {
  if (path == "provider_id") provider_ = uuid(text).value_or("");
  if (path == "trip_id") trip_ = uuid(text).value_or("");
  if (path == "device_id") device_ = uuid(text).value_or("");
  if (path == "vehicle_type") vehicle_.type = text.substr(0, 40);
  if (path == "propulsion_types[]" || path == "propulsion_type[]") vehicle_.add_propulsion(text);
  for (const char* field : {"start_time", "end_time", "trip_distance", "distance"}) {
    if (path == field) problem_.note(named(field, "must be a number"));
  }
}

Vehicle Trip::vehicle(const Surroundings& with) const {
  // MDS 1 says it in the trip, MDS 2 in the page of vehicles.
  if (!vehicle_.type.empty()) return vehicle_;
  if (const auto found = with.find_vehicle(device_)) return *found;
  throw plugin::Unusable("its device is not in the file of vehicles");
}

plugin::Transaction::Quantity Trip::distance() const {
  // MDS says that this number is in metres and that the trip covered them, and not that a wheel counted them: operators compute
  // it from the route.
  if (distance_m_) return {"m.track", *distance_m_};
  if (const auto length = track_.length_m()) return {"m.track", *length};
  if (const auto between = track_.between_ends_m()) return {"m.stations", *between};
  const auto from = start_.coordinates();
  const auto to = end_.coordinates();
  if (!from || !to) throw plugin::Unusable("it has no distance, no route of two points, and no places of begin and end");
  return {"m.stations", plugin::great_circle_m(*from, *to)};
}

plugin::Transaction Trip::make(const Surroundings& with) const {
  problem_.raise();
  if (provider_.empty()) throw plugin::Unusable("it has no provider_id that is a UUID");
  if (trip_.empty()) throw plugin::Unusable("it has no trip_id that is a UUID");
  if (!start_ms_) throw plugin::Unusable("it has no start_time");
  if (!end_ms_) throw plugin::Unusable("it has no end_time: it is not over");
  if (*end_ms_ < *start_ms_) throw plugin::Unusable("end_time is before start_time");
  plugin::Transaction trip;
  trip.issuer = provider_;
  trip.event_id = trip_;
  trip.kind = GT_KIND_TRIP;
  trip.begin = *start_ms_ / 1000;
  trip.end = *end_ms_ / 1000;
  trip.mode = with.modes.of(vehicle(with));
  trip.quantities.push_back(distance());
  return trip;
}

}  // namespace greentill::mds
