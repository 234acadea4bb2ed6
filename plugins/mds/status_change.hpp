// SPDX-License-Identifier: Apache-2.0
// Trips put together from the events of vehicles: MDS 1.x status_changes and events, 2.x events. Threads: one thread.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "plugins/mds/trip.hpp"

namespace greentill::mds {

/// One event of a vehicle.
class StatusChange final : public Record {
 public:
  /// Whether a trip began, ended or was called off with it. All others say nothing of trips.
  [[nodiscard]] bool is_of_trip() const { return starts || ends || cancels; }
  /// Throws plugin::Unusable where something is missing that an event of a trip must have.
  void check() const;

  bool starts = false;
  bool ends = false;
  bool cancels = false;
  bool own = false;                ///< the operator took, brought or mended the vehicle with it
  std::vector<std::string> trips;  ///< UUIDs
  std::optional<std::int64_t> time_ms;
  Place place;

 private:
  void take_text(std::string_view path, std::string_view text) override;
  void take_number(std::string_view path, std::string_view digits) override;
};

/// What came of some events: a transaction, or why there is none.
struct Outcome {
  std::variant<plugin::Transaction, plugin::Unusable, plugin::LeftOut> result;
  std::string where;
};

/// The trips of one page. A trip that begins in one page and ends in another is in neither: /trips has it.
class TripsOfEvents {
 public:
  explicit TripsOfEvents(const Surroundings& with) : with_(with) {}

  /// `number`: the event's, in its page. Throws plugin::Unusable where the event is of no use.
  void add(const StatusChange& event, std::uint64_t number, std::deque<Outcome>& out);
  /// The page is over: what is left are trips without their begin or end.
  void finish(std::deque<Outcome>& out);

 private:
  struct Half {
    StatusChange event;
    std::uint64_t number = 0;
    bool starts = false;
  };
  using Key = std::pair<std::string, std::string>;  // provider and trip
  void add_own(const StatusChange& event);
  void half(const Key& key, const StatusChange& event, std::uint64_t number, std::deque<Outcome>& out);
  [[nodiscard]] plugin::Transaction joined(const Key& key, const StatusChange& start, const StatusChange& end) const;

  Surroundings with_;
  std::map<Key, Half> halves_;
  std::set<Key> own_;  // trips with an event of the operator's between
};

}  // namespace greentill::mds
