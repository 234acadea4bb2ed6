// SPDX-License-Identifier: Apache-2.0
#include "plugins/mds/fleet.hpp"

#include <algorithm>
#include <stdexcept>

#include "daemon/base/text.hpp"
#include "daemon/base/wall_time.hpp"
#include "plugins/mds/fields.hpp"

namespace greentill::mds {
namespace {

using plugin::JsonScalar;

constexpr std::size_t kMostEntries = 500'000;
constexpr std::size_t kMostIdBytes = 256;
constexpr std::size_t kMostNames = 32;
// Of fewer stations the round numbers may be chance, or somebody's own that were measured to that.
constexpr std::size_t kLeastThatShowRounding = 10;
constexpr const char* kTwoPlaces = "stands twice, with two places";

bool is(const JsonScalar& value, JsonScalar::Type type) { return value.type == type; }
bool is_text_or_number(const JsonScalar& value) {
  return is(value, JsonScalar::Type::text) || is(value, JsonScalar::Type::number);
}

/// Reads one page whose list is at one of two paths; the entries themselves are the derived class's.
class PageEvents : public plugin::JsonEvents {
 public:
  PageEvents(std::string what, Flaws& flaws) : what_(std::move(what)), flaws_(flaws) {}

  void twice(std::string_view /*path*/) final {
    if (!in_entry_) wrong("a key stands twice");
    note("a key stands twice");
  }

 protected:
  [[noreturn]] static void wrong(const std::string& what) { throw std::runtime_error(what); }
  void begin_entry() {
    in_entry_ = true;
    flaw_.clear();
    if (++count_ > kMostEntries) wrong("there are more than 500,000 entries");
  }
  /// Of several things that are wrong with an entry the first counts.
  void note(std::string flaw) {
    if (flaw_.empty()) flaw_ = std::move(flaw);
  }
  [[nodiscard]] bool is_sound() const { return flaw_.empty(); }
  void end_entry() {
    in_entry_ = false;
    if (!flaw_.empty()) flaws_.add(what_ + " " + std::to_string(count_) + ": " + flaw_);
  }
  void no_entry() {
    begin_entry();
    note("it is no object");
    end_entry();
  }
  void check_usable(std::size_t usable) const {
    if (count_ > 0 && usable == 0) wrong("none of its " + std::to_string(count_) + " entries can be used: " + flaws_.kept.at(0));
  }

 private:
  std::string what_;
  Flaws& flaws_;
  std::size_t count_ = 0;
  bool in_entry_ = false;
  std::string flaw_;
};

template <typename Page, typename Reading>
Page read_page(plugin::ByteInput& bytes) {
  Page page;
  Reading reading(page);
  plugin::JsonStream stream(bytes);
  stream.read(reading);
  stream.finish();
  reading.finish();
  return page;
}

}  // namespace

void Flaws::add(std::string flaw) {
  if (kept.size() < kMostKept) kept.push_back(std::move(flaw));
  ++count;
}

class Stations::Reading final : public PageEvents {
 public:
  explicit Reading(Stations& into) : PageEvents("station", into.flaws_), into_(into) {}

  void begin(std::string_view path, bool list) override {
    if (path == "data.stations") listed_ = list;
    if (path != "data.stations[]") return;
    begin_entry();
    id_.clear();
    place_ = {};
    names_.clear();
  }
  void end(std::string_view path) override {
    if (path != "data.stations[]") return;
    if (id_.empty()) note("it has no station_id");
    const auto place = place_.coordinates();
    if (!place) note("it has no lat and lon on the globe");
    if (!id_.empty()) keep(is_sound() ? place : std::nullopt);
    end_entry();
  }
  void scalar(std::string_view path, const JsonScalar& value) override {
    if (path == "data.stations[]") return no_entry();
    if (path.starts_with("data.stations[].")) return field(path.substr(16), value);
    if (path == "version") version_ = value.text;
    if (path == "last_updated") {
      updated_is_text_ = is(value, JsonScalar::Type::text);
      updated_ = value.text;
    }
    if (path == "ttl" && is(value, JsonScalar::Type::number)) ttl_ = whole_number(value.text);
  }

  void finish() {
    // GBFS 1.0 says nothing of its version.
    const char major = version_.empty() ? '1' : version_[0];
    if (!is_one_of(version_.substr(0, 2), {"", "1.", "2.", "3."})) wrong("'version' must be 1.x, 2.x or 3.x of GBFS");
    if (!listed_) wrong("it has no list data.stations: it is no station_information of GBFS");
    check_usable(usable_);
    read_age(major);
    for (auto& [id, station] : into_.stations_) {
      if (station.place) station.place->within = usable_ < kLeastThatShowRounding ? 0 : plugin::half_of_decimal(decimals_);
    }
  }

 private:
  void field(std::string_view name, const JsonScalar& value) {
    if (name == "station_id" && is_text_or_number(value)) {
      if (value.text.size() > kMostIdBytes) return note("its station_id has more than 256 bytes");
      id_ = value.text;
    }
    if (name == "lat" && is_text_or_number(value)) place_.latitude(value.text);
    if (name == "lon" && is_text_or_number(value)) place_.longitude(value.text);
    const bool is_name = name == "name" || name == "name[].text";
    if (is_name && names_.size() < kMostNames) names_.emplace_back(value.text.substr(0, kMostIdBytes));
  }

  /// All of a file's numbers are rounded to as many decimals: where one has fewer, zeros at its end were left out.
  void keep(const std::optional<plugin::Coordinates>& place) {
    const auto [found, is_new] =
        into_.stations_.try_emplace(id_, journal::Station{place, place ? "" : "has no place in the file of stations", names_});
    journal::Station& known = found->second;
    if (place && (is_new || !known.place)) {
      ++usable_;
      decimals_ = std::max(decimals_, place_.decimals());
    }
    if (is_new) return;
    known.names.insert(known.names.end(), names_.begin(), names_.end());
    if (!place || known.problem == kTwoPlaces) return note("its station_id was there before");
    if (!known.place) known.place = place;
    if (known.place->latitude == place->latitude && known.place->longitude == place->longitude) {
      return note("its station_id was there before");
    }
    note("its station_id was there before, with another place");
    known.place.reset();
    known.problem = kTwoPlaces;
  }

  /// Stations seldom move: that their age is not known is told, and does no harm.
  void read_age(char major) {
    // Up to GBFS 2 it is in seconds, GBFS 3 writes RFC 3339.
    const bool in_seconds = major < '3';
    const auto updated = in_seconds ? whole_number(updated_) : parse_rfc3339(updated_);
    if (!updated || *updated < 0 || in_seconds == updated_is_text_) {
      into_.flaws_.add(in_seconds ? "'last_updated' must be Unix seconds in GBFS " + std::string(1, major)
                                  : "'last_updated' must be an RFC 3339 time in GBFS 3");
    } else {
      into_.last_updated_ = *updated;
    }
    if (!ttl_ || *ttl_ < 0) into_.flaws_.add("'ttl' must be a number of seconds");
    into_.ttl_s_ = std::max<std::int64_t>(ttl_.value_or(0), 0);
  }

  Stations& into_;
  std::size_t usable_ = 0;
  unsigned decimals_ = 0;
  std::string id_;
  Place place_;
  std::vector<std::string> names_;
  std::string version_;
  std::string updated_;
  bool updated_is_text_ = false;
  std::optional<std::int64_t> ttl_;
  bool listed_ = false;
};

Stations Stations::parse(plugin::ByteInput& bytes) { return read_page<Stations, Reading>(bytes); }

std::optional<journal::Station> Stations::find(std::string_view id) const {
  const auto found = stations_.find(std::string(id));
  if (found == stations_.end()) return std::nullopt;
  return found->second;
}

class Vehicles::Reading final : public PageEvents {
 public:
  explicit Reading(Vehicles& into) : PageEvents("vehicle", into.flaws_), into_(into) {}

  void begin(std::string_view path, bool list) override {
    if (path == "vehicles" || path == "data.vehicles") listed_ = list;
    if (!is_entry(path)) return;
    begin_entry();
    device_.clear();
    vehicle_ = {};
  }
  void end(std::string_view path) override {
    if (!is_entry(path)) return;
    if (device_.empty()) note("it has no device_id that is a UUID");
    if (!vehicle_.is_known()) note("it has no vehicle_type with propulsion_types that MDS knows");
    if (!device_.empty()) keep(is_sound() ? std::optional(vehicle_) : std::nullopt);
    end_entry();
  }
  void scalar(std::string_view path, const JsonScalar& value) override {
    if (is_entry(path)) return no_entry();
    if (path.starts_with("data.")) path.remove_prefix(5);
    if (!is(value, JsonScalar::Type::text)) return;
    if (path == "vehicles[].device_id") device_ = uuid(value.text).value_or("");
    if (path == "vehicles[].vehicle_type") vehicle_.take_type(value.text);
    if (path == "vehicles[].propulsion_types[]") vehicle_.add_propulsion(value.text);
  }
  void finish() const {
    if (!listed_) wrong("it has no list 'vehicles': it is no page of vehicles of MDS");
    check_usable(usable_);
  }

 private:
  static bool is_entry(std::string_view path) { return path == "vehicles[]" || path == "data.vehicles[]"; }

  /// A device whose entry cannot be used is none of those that the file does not have, which may be taken for another.
  void keep(const std::optional<Vehicle>& vehicle) {
    if (vehicle) ++usable_;
    const auto [found, is_new] = into_.vehicles_.try_emplace(device_, vehicle);
    if (is_new || (found->second && vehicle && found->second->name() == vehicle->name())) return;
    note("its device_id was there before, as another vehicle");
    found->second.reset();
  }

  Vehicles& into_;
  std::size_t usable_ = 0;
  std::string device_;
  Vehicle vehicle_;
  bool listed_ = false;
};

Vehicles Vehicles::parse(plugin::ByteInput& bytes) { return read_page<Vehicles, Reading>(bytes); }

std::optional<Vehicle> Vehicles::find(const std::string& device) const {
  const auto found = vehicles_.find(device);
  if (found == vehicles_.end()) return std::nullopt;
  if (!found->second) throw plugin::Unusable("what the file of vehicles says of its device cannot be used");
  return found->second;
}

}  // namespace greentill::mds
