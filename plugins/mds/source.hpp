// SPDX-License-Identifier: Apache-2.0
// The source `mds`: pages of MDS and trip histories from a watched folder; docs/mds.md is what its user reads.
// Threads: one thread.
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "plugins/common/folder.hpp"
#include "plugins/journal/mapping.hpp"
#include "plugins/mds/fleet.hpp"
#include "plugins/mds/reference.hpp"
#include "plugins/mds/trip.hpp"

namespace greentill::mds {

class MdsSource final : public plugin::FolderSource {
 public:
  MdsSource(std::string_view configuration, plugin::Services services)
      : MdsSource(plugin::Toml::parse(configuration, "mds"), services) {}

  std::unique_ptr<plugin::RecordReader> read(plugin::Bytes& bytes, const std::string& name) override;

 private:
  MdsSource(const plugin::Toml& toml, plugin::Services services);
  void read_mapping(const plugin::Toml& toml);
  [[nodiscard]] std::optional<Vehicle> find_vehicle(const std::string& device) const;
  [[nodiscard]] journal::MappingOverrides overrides() const;

  Modes modes_;
  std::optional<Reference<Vehicles>> vehicles_;
  std::optional<Vehicle> vehicle_;
  std::optional<Reference<Stations>> stations_;
  std::string station_prefix_;
  std::filesystem::path mapping_file_;
  std::string mapping_text_;  // empty: there is none
  std::string issuer_;
  std::string zone_;
};

}  // namespace greentill::mds
