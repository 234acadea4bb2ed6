// SPDX-License-Identifier: Apache-2.0
// The source `mds`: pages of MDS and trip histories from a watched folder; docs/mds.md is what its user reads.
// Threads: one thread.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "plugins/common/folder/folder_source.hpp"
#include "plugins/journal/mapping.hpp"
#include "plugins/mds/fleet.hpp"
#include "plugins/mds/reference.hpp"
#include "plugins/mds/trip.hpp"

namespace greentill::mds {

class MdsSource final : public plugin::FolderSource {
 public:
  MdsSource(std::string_view configuration, plugin::Services services)
      : MdsSource(plugin::read_configuration(configuration, "mds"), services) {}

  std::unique_ptr<plugin::RecordReader> read(plugin::ByteInput& bytes, const std::string& name) override;

 private:
  MdsSource(const toml::Table& toml, plugin::Services services);
  void read_mapping(const toml::Table& toml);
  [[nodiscard]] std::optional<Vehicle> find_vehicle(const std::string& device) const;

  Modes modes_;
  std::optional<Reference<Vehicles>> vehicles_;
  std::optional<Vehicle> vehicle_;
  std::optional<Reference<Stations>> stations_;
  std::optional<journal::Mapping> mapping_;  // of histories
};

}  // namespace greentill::mds
