// SPDX-License-Identifier: Apache-2.0
#include "plugins/mds/source.hpp"

#include <stdexcept>

#include "plugins/mds/history.hpp"
#include "plugins/mds/page.hpp"

namespace greentill::mds {
namespace {

bool is_history(const std::string& name) { return name.ends_with(".csv") || name.ends_with(".CSV"); }

}  // namespace

MdsSource::MdsSource(const toml::Table& toml, plugin::Services services) : FolderSource(toml, 0, services), modes_(toml) {
  if (toml.has("vehicles")) vehicles_.emplace(toml.text("vehicles"), services);
  if (toml.has("vehicle")) {
    vehicle_ = Vehicle::parse(toml.text("vehicle"));
    if (!vehicle_->is_known()) toml.wrong("vehicle", "must be a vehicle such as \"bicycle/human\"");
  }
  if (toml.has("stations")) stations_.emplace(toml.text("stations"), services);
  read_mapping(toml);
  toml.check();
}

void MdsSource::read_mapping(const toml::Table& toml) {
  if (!toml.has("mapping")) {
    for (const char* key : {"mappings", "issuer", "zone", "encoding", "station_prefix"}) {
      if (toml.has(key)) toml.wrong(key, "goes with a mapping alone");
    }
    return;
  }
  journal::FindStation find = [this, prefix = toml.text_or("station_prefix", "")](std::string_view id) {
    return stations_->get().find(prefix + std::string(id));
  };
  if (!stations_) find = nullptr;
  mapping_ = journal::Mapping::configured(toml, std::move(find));
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

std::unique_ptr<plugin::RecordReader> MdsSource::read(plugin::ByteInput& bytes, const std::string& name) {
  if (is_history(name)) {
    if (!mapping_) throw std::runtime_error("a trip history in CSV needs the keys 'mapping' and 'mappings'");
    if (stations_) {
      stations_->refresh();
      (void)stations_->get();
    }
    return std::make_unique<History>(bytes, *mapping_);
  }
  if (vehicles_) vehicles_->refresh();
  return std::make_unique<Page>(bytes, Surroundings{modes_, [this](const std::string& device) { return find_vehicle(device); }});
}

}  // namespace greentill::mds
