// SPDX-License-Identifier: Apache-2.0
#include "plugins/mds/fleet.hpp"

#include <stdexcept>

#include "daemon/base/wall_time.hpp"
#include "plugins/mds/fields.hpp"

namespace greentill::mds {
namespace {

using plugin::JsonScalar;

constexpr std::size_t kMostEntries = 500'000;
constexpr std::size_t kMostIdBytes = 256;

bool is(const JsonScalar& value, JsonScalar::Type type) { return value.type == type; }

/// Reads one page whose list is at one of two paths; the entries themselves are the derived class's.
class PageEvents : public plugin::JsonEvents {
 public:
  explicit PageEvents(std::string_view what) : what_(what) {}

  void twice(std::string_view /*path*/) final { wrong("a key stands twice"); }

 protected:
  [[noreturn]] void wrong(const std::string& what) const {
    throw std::runtime_error(in_entry_ ? what_ + " " + std::to_string(count_) + ": " + what : what);
  }
  void begin_entry() {
    in_entry_ = true;
    if (++count_ > kMostEntries) wrong("there are more than 500,000");
  }
  void end_entry() { in_entry_ = false; }
  [[nodiscard]] std::size_t count() const { return count_; }

 private:
  std::string what_;
  std::size_t count_ = 0;
  bool in_entry_ = false;
};

template <typename Page, typename Reading>
Page read_page(plugin::Bytes& bytes) {
  Page page;
  Reading reading(page);
  plugin::JsonStream stream(bytes);
  stream.read(reading);
  stream.finish();
  reading.finish();
  return page;
}

}  // namespace

class Stations::Reading final : public PageEvents {
 public:
  explicit Reading(Stations& into) : PageEvents("station"), into_(into) {}

  void begin(std::string_view path, bool /*list*/) override {
    if (path == "data.stations") listed_ = true;
    if (path != "data.stations[]") return;
    begin_entry();
    id_.clear();
    place_ = {};
  }
  void end(std::string_view path) override {
    if (path != "data.stations[]") return;
    const auto place = place_.coordinates();
    if (id_.empty()) wrong("it has no station_id");
    if (!place) wrong("it has no lat and lon on the globe");
    if (!into_.places_.emplace(id_, *place).second) wrong("its station_id was there before");
    end_entry();
  }
  void scalar(std::string_view path, const JsonScalar& value) override {
    if (path == "data.stations[]") begin_entry(), wrong("it is no object");
    if (path == "data.stations[].station_id" && is(value, JsonScalar::Type::text)) {
      if (value.text.size() > kMostIdBytes) wrong("its station_id has more than 256 bytes");
      id_ = value.text;
    }
    if (path == "data.stations[].lat" && is(value, JsonScalar::Type::number)) place_.latitude(value.text);
    if (path == "data.stations[].lon" && is(value, JsonScalar::Type::number)) place_.longitude(value.text);
    if (path == "version") version_ = value.text;
    if (path == "last_updated") {
      updated_is_text_ = is(value, JsonScalar::Type::text);
      updated_ = value.text;
    }
    if (path == "ttl" && is(value, JsonScalar::Type::number)) ttl_ = whole_number(value.text);
  }

  void finish() {
    const bool second = version_.starts_with("2.");
    if (!second && !version_.starts_with("3.")) wrong("'version' must be 2.x or 3.x of GBFS");
    if (!listed_) wrong("it has no list data.stations: it is no station_information of GBFS");
    // GBFS 2 counts seconds, GBFS 3 writes RFC 3339.
    const auto updated = second ? whole_number(updated_) : parse_rfc3339(updated_);
    if (!updated || *updated < 0 || second == updated_is_text_) {
      wrong(second ? "'last_updated' must be Unix seconds in GBFS 2" : "'last_updated' must be an RFC 3339 time in GBFS 3");
    }
    if (!ttl_ || *ttl_ < 0) wrong("'ttl' must be a number of seconds");
    into_.last_updated_ = *updated;
    into_.ttl_s_ = *ttl_;
  }

 private:
  Stations& into_;
  std::string id_;
  Place place_;
  std::string version_;
  std::string updated_;
  bool updated_is_text_ = false;
  std::optional<std::int64_t> ttl_;
  bool listed_ = false;
};

Stations Stations::parse(plugin::Bytes& bytes) { return read_page<Stations, Reading>(bytes); }

std::optional<plugin::Coordinates> Stations::find(std::string_view id) const {
  const auto found = places_.find(std::string(id));
  if (found == places_.end()) return std::nullopt;
  return found->second;
}

class Vehicles::Reading final : public PageEvents {
 public:
  explicit Reading(Vehicles& into) : PageEvents("vehicle"), into_(into) {}

  void begin(std::string_view path, bool /*list*/) override {
    if (path == "vehicles" || path == "data.vehicles") listed_ = true;
    if (!is_entry(path)) return;
    begin_entry();
    device_.clear();
    vehicle_ = {};
  }
  void end(std::string_view path) override {
    if (!is_entry(path)) return;
    if (device_.empty()) wrong("it has no device_id that is a UUID");
    if (!vehicle_.is_known()) wrong("it has no vehicle_type with propulsion_types that MDS knows");
    into_.vehicles_[device_] = vehicle_;
    end_entry();
  }
  void scalar(std::string_view path, const JsonScalar& value) override {
    if (is_entry(path)) begin_entry(), wrong("it is no object");
    if (path.starts_with("data.")) path.remove_prefix(5);
    if (!is(value, JsonScalar::Type::text)) return;
    if (path == "vehicles[].device_id") device_ = uuid(value.text).value_or("");
    if (path == "vehicles[].vehicle_type") vehicle_.type = value.text.substr(0, 40);
    if (path == "vehicles[].propulsion_types[]") vehicle_.add_propulsion(value.text);
  }
  void finish() {
    if (!listed_) wrong("it has no list 'vehicles': it is no page of vehicles of MDS");
  }

 private:
  static bool is_entry(std::string_view path) { return path == "vehicles[]" || path == "data.vehicles[]"; }
  Vehicles& into_;
  std::string device_;
  Vehicle vehicle_;
  bool listed_ = false;
};

Vehicles Vehicles::parse(plugin::Bytes& bytes) { return read_page<Vehicles, Reading>(bytes); }

std::optional<Vehicle> Vehicles::find(const std::string& device) const {
  const auto found = vehicles_.find(device);
  if (found == vehicles_.end()) return std::nullopt;
  return found->second;
}

}  // namespace greentill::mds
