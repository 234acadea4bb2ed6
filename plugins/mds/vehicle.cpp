// SPDX-License-Identifier: Apache-2.0
#include "plugins/mds/vehicle.hpp"

#include <algorithm>
#include <array>

#include "plugins/common/values/limits.hpp"
#include "plugins/journal/spelling.hpp"

namespace greentill::mds {
namespace {

constexpr std::array<std::string_view, 4> kDrives{"unknown", "human", "electric", "combustion"};

/// MDS 1.2 and 2.0 together. A fuel cell's hydrogen is counted among the fuels.
constexpr std::array<std::pair<std::string_view, Drive>, 8> kPropulsions{{{"human", Drive::human},
                                                                          {"electric_assist", Drive::electric},
                                                                          {"electric", Drive::electric},
                                                                          {"combustion", Drive::combustion},
                                                                          {"combustion_diesel", Drive::combustion},
                                                                          {"hybrid", Drive::combustion},
                                                                          {"plug_in_hybrid", Drive::combustion},
                                                                          {"hydrogen_fuel_cell", Drive::combustion}}};

struct Kind {
  std::string_view spelling;  ///< as journal::spelling() leaves it
  std::string_view type;      ///< MDS's
  Drive drive;                ///< that the name alone says
};
/// What operators write in place of MDS's types.
constexpr std::array<Kind, 16> kKinds{{{"electricscooter", "scooter_standing", Drive::electric},
                                       {"escooter", "scooter_standing", Drive::electric},
                                       {"electrickickscooter", "scooter_standing", Drive::electric},
                                       {"kickscooter", "scooter_standing", Drive::unknown},
                                       {"standingscooter", "scooter_standing", Drive::unknown},
                                       {"standupscooter", "scooter_standing", Drive::unknown},
                                       {"seatedscooter", "scooter_seated", Drive::unknown},
                                       {"electricbike", "bicycle", Drive::electric},
                                       {"electricbicycle", "bicycle", Drive::electric},
                                       {"ebike", "bicycle", Drive::electric},
                                       {"ebicycle", "bicycle", Drive::electric},
                                       {"pedelec", "bicycle", Drive::electric},
                                       {"bike", "bicycle", Drive::unknown},
                                       {"cargobike", "cargo_bicycle", Drive::unknown},
                                       {"electriccargobike", "cargo_bicycle", Drive::electric},
                                       {"electricmoped", "moped", Drive::electric}}};

/// An unknown text is not repeated: it is the file's, and could be anything.
bool is_plain_name(std::string_view name) {
  return name.size() <= 40 && name.find_first_not_of("abcdefghijklmnopqrstuvwxyz_/") == std::string_view::npos;
}

}  // namespace

void Vehicle::take_type(std::string_view name) {
  name = name.substr(0, 40);
  const std::string plain = journal::spelling(name);
  const auto found = std::find_if(kKinds.begin(), kKinds.end(), [&](const Kind& kind) { return kind.spelling == plain; });
  type = found == kKinds.end() ? name : found->type;
  if (found != kKinds.end()) drive = std::max(drive, found->drive);
}

void Vehicle::add_propulsion(std::string_view propulsion) {
  const auto found = std::find_if(kPropulsions.begin(), kPropulsions.end(), [&](const auto& p) { return p.first == propulsion; });
  if (found == kPropulsions.end()) {
    strange = true;
  } else {
    drive = std::max(drive, found->second);
  }
}

std::string Vehicle::name() const { return type + "/" + std::string(kDrives[strange ? 0 : static_cast<std::size_t>(drive)]); }

Vehicle Vehicle::parse(std::string_view name) {
  Vehicle vehicle;
  const std::size_t slash = std::min(name.find('/'), name.size());
  vehicle.take_type(name.substr(0, slash));
  if (slash == name.size()) return vehicle;
  const auto drive = std::find(kDrives.begin(), kDrives.end(), name.substr(slash + 1));
  vehicle.strange = drive == kDrives.end();
  if (drive != kDrives.end()) vehicle.drive = std::max(vehicle.drive, static_cast<Drive>(drive - kDrives.begin()));
  return vehicle;
}

Modes::Modes(const toml::Table& toml)
    : modes_{{"bicycle/human", "bike.shared"},
             {"bicycle/electric", "ebike.shared"},
             {"cargo_bicycle/human", "bike.shared"},
             {"cargo_bicycle/electric", "ebike.shared"},
             {"scooter/human", "scooter.shared"},
             {"scooter/electric", "scooter.shared"},
             {"scooter_standing/human", "scooter.shared"},
             {"scooter_standing/electric", "scooter.shared"},
             {"scooter_seated/electric", "scooter.shared"},
             {"moped/electric", "moped.shared"},
             {"car/electric", "car.shared"},
             {"car/combustion", "car.shared"}} {
  const toml::Table configured = toml.table_or_empty("modes");
  for (const std::string& name : configured.keys()) {
    const Vehicle vehicle = Vehicle::parse(name);
    if (!vehicle.is_known()) configured.wrong(name, "must be a vehicle such as \"bicycle/electric\"");
    modes_[vehicle.name()] = configured.filled_text(name);
  }
}

const std::string& Modes::of(const Vehicle& vehicle) const {
  const std::string name = vehicle.name();
  const auto found = modes_.find(name);
  if (found != modes_.end()) return found->second;
  throw plugin::Unusable((is_plain_name(name) ? "a vehicle '" + name + "'" : std::string("its vehicle")) +
                         " has no mode: name it under [modes], if it should have one");
}

}  // namespace greentill::mds
