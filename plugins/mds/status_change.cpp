// SPDX-License-Identifier: Apache-2.0
#include "plugins/mds/status_change.hpp"

#include <algorithm>
#include <array>
#include <stdexcept>

namespace greentill::mds {
namespace {

constexpr std::size_t kMostUnderWay = 100'000;
constexpr std::size_t kMostTrips = 64;
/// Of MDS 1 and 2, with none of which a customer has to do.
constexpr std::array<std::string_view, 9> kOwnEvents{"agency_drop_off",     "agency_pick_up",    "compliance_pick_up",
                                                     "decommissioned",      "maintenance",       "maintenance_end",
                                                     "maintenance_pick_up", "provider_drop_off", "rebalance_pick_up"};

}  // namespace

void StatusChange::take_text(std::string_view path, std::string_view text) {
  Record::take_text(path, text);
  if (path == "event_types[]") {
    starts = starts || text == "trip_start";
    ends = ends || text == "trip_end";
    cancels = cancels || text == "trip_cancel";
    own = own || std::find(kOwnEvents.begin(), kOwnEvents.end(), text) != kOwnEvents.end();
  }
  if (path == "trip_id" || path == "trip_ids[]") {
    const auto trip = uuid(text);
    if (!trip || trips.size() >= kMostTrips) return note("a trip's id is no UUID, or there are more than 64");
    trips.push_back(*trip);
  }
}

void StatusChange::take_number(std::string_view path, std::string_view digits) {
  if (path == "event_time" || path == "timestamp") time_ms = milliseconds(digits);
  if (path == "location.lat") place.latitude(digits);
  if (path == "location.lng") place.longitude(digits);
  if (path == "event_location.geometry.coordinates[]") place.coordinate(digits);
}

void StatusChange::check() const {
  Record::check();
  if (trips.empty()) throw plugin::Unusable("it has no id of its trip");
  if (!time_ms) throw plugin::Unusable("its time must be whole milliseconds since 1970, and after 2017");
}

plugin::Transaction TripsOfEvents::joined(const Key& key, const StatusChange& start, const StatusChange& end) const {
  const auto from = start.place.coordinates();
  const auto to = end.place.coordinates();
  if (!from || !to) throw plugin::Unusable("its trip has no places of begin and end");
  if (*end.time_ms < *start.time_ms) throw plugin::Unusable("its trip ends before it begins");
  plugin::Transaction trip = with_.trip(start, key.second, *start.time_ms, *end.time_ms);
  end.ask_who_rode(trip);
  if (start.own || end.own || own_.contains(key)) {
    trip.standing = GT_DOUBTFUL;
    trip.remark =
        "events of its trip say that the operator took, brought or mended the vehicle: whether a customer rode is not known";
  }
  trip.quantities.push_back({"m.stations", plugin::great_circle_m(*from, *to)});
  return trip;
}

void TripsOfEvents::half(const Key& key, const StatusChange& event, std::uint64_t number, std::deque<Outcome>& out) {
  const std::string where = "event " + std::to_string(number);
  const auto other = halves_.find(key);
  if (other == halves_.end()) {
    if (halves_.size() >= kMostUnderWay) throw std::runtime_error("more than 100,000 trips of the page are without their end");
    halves_.emplace(key, Half{event, number, event.starts});
    return;
  }
  // A page may have the newest event first.
  if (other->second.starts == event.starts) {
    out.push_back({plugin::Unusable(event.starts ? "its trip began before" : "its trip ended before"), where});
    return;
  }
  const Half first = std::move(other->second);
  halves_.erase(other);
  try {
    out.push_back({event.starts ? joined(key, event, first.event) : joined(key, first.event, event), where});
  } catch (const plugin::Unusable& problem) {
    out.push_back({problem, where});
  } catch (const plugin::LeftOut& reason) {
    out.push_back({reason, where});
  }
}

void TripsOfEvents::add_own(const StatusChange& event) {
  if (event.provider.empty() || own_.size() >= kMostUnderWay) return;
  for (const std::string& trip : event.trips) own_.insert({event.provider, trip});
}

void TripsOfEvents::add(const StatusChange& event, std::uint64_t number, std::deque<Outcome>& out) {
  if (event.own) add_own(event);
  if (!event.is_of_trip()) return;
  event.check();
  for (const std::string& trip : event.trips) {
    const Key key{event.provider, trip};
    if (!event.cancels) {
      half(key, event, number, out);
      continue;
    }
    halves_.erase(key);
    plugin::Transaction reversal;
    reversal.issuer = event.provider;
    reversal.event_id = trip + "/cancelled";
    reversal.kind = GT_KIND_TRIP;
    reversal.reversed_event_id = trip;
    reversal.reversal_reason = GT_CANCELLED;
    reversal.begin = reversal.end = *event.time_ms / 1000;
    out.push_back({std::move(reversal), {}});
  }
}

void TripsOfEvents::finish(std::deque<Outcome>& out) {
  for (const auto& [key, half] : halves_) {
    out.push_back({plugin::Unusable(half.starts ? "the page has no end of its trip" : "the page has no begin of its trip"),
                   "event " + std::to_string(half.number)});
  }
  halves_.clear();
}

}  // namespace greentill::mds
