// SPDX-License-Identifier: Apache-2.0
#include "plugins/mds/source.hpp"

#include <sstream>
#include <stdexcept>

#include "plugins/mds/history.hpp"
#include "plugins/mds/page.hpp"

namespace greentill::mds {
namespace {

std::string read_text(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  if (!in) throw std::runtime_error(path.string() + ": the mapping cannot be read");
  std::ostringstream text;
  text << in.rdbuf();
  return text.str();
}

bool is_history(const std::string& name) { return name.ends_with(".csv") || name.ends_with(".CSV"); }

}  // namespace

MdsSource::MdsSource(const plugin::Toml& toml, plugin::Services services)
    : FolderSource(
          {toml, {"vehicles", "vehicle", "modes", "stations", "station_prefix", "mapping", "mappings", "issuer", "zone"}, 0},
          services),
      modes_(toml) {
  if (toml.has("vehicles")) vehicles_.emplace(toml.text("vehicles"), services);
  if (toml.has("vehicle")) {
    vehicle_ = Vehicle::parse(toml.text("vehicle"));
    if (!vehicle_->is_known()) toml.wrong("vehicle", "must be a vehicle such as \"bicycle/human\"");
  }
  if (toml.has("stations")) stations_.emplace(toml.text("stations"), services);
  station_prefix_ = toml.text_or("station_prefix", "");
  read_mapping(toml);
}

void MdsSource::read_mapping(const plugin::Toml& toml) {
  if (!toml.has("mapping")) {
    for (const char* key : {"mappings", "issuer", "zone", "station_prefix"}) {
      if (toml.has(key)) toml.wrong(key, "goes with a mapping alone");
    }
    return;
  }
  const std::string name = toml.text("mapping");
  if (name.empty() || name.find('/') != std::string::npos) {
    toml.wrong("mapping", "must be the name of a file in the mappings folder");
  }
  mapping_file_ = std::filesystem::path(toml.text("mappings")) / (name + ".toml");
  mapping_text_ = read_text(mapping_file_);
  issuer_ = toml.text_or("issuer", "");
  zone_ = toml.text_or("zone", "");
  // So that a mistake in it is told at the start, and not by the first file.
  (void)journal::Mapping::parse(mapping_text_, mapping_file_.string(), overrides());
}

journal::MappingOverrides MdsSource::overrides() const {
  journal::MappingOverrides with{issuer_, zone_, {}};
  if (stations_)
    with.find_station = [this](std::string_view id) { return stations_->get().find(station_prefix_ + std::string(id)); };
  return with;
}

std::optional<Vehicle> MdsSource::find_vehicle(const std::string& device) const {
  if (vehicles_) {
    if (auto found = vehicles_->get().find(device)) return found;
  }
  if (vehicle_) return vehicle_;
  if (vehicles_) return std::nullopt;
  throw std::runtime_error(
      "its trips do not say what vehicle they were made with: name a file of vehicles, or one vehicle for all");
}

std::unique_ptr<plugin::RecordReader> MdsSource::read(plugin::Bytes& bytes, const std::string& name) {
  if (is_history(name)) {
    if (mapping_text_.empty()) throw std::runtime_error("a trip history in CSV needs the keys 'mapping' and 'mappings'");
    if (stations_) {
      stations_->refresh();
      (void)stations_->get();
    }
    return std::make_unique<History>(bytes, journal::Mapping::parse(mapping_text_, mapping_file_.string(), overrides()));
  }
  if (vehicles_) vehicles_->refresh();
  return std::make_unique<Page>(bytes, Surroundings{modes_, [this](const std::string& device) { return find_vehicle(device); }});
}

}  // namespace greentill::mds
