// SPDX-License-Identifier: Apache-2.0
// The source `ocmf`: signed charging sessions from a watched folder; docs/ocmf.md is what its user reads. Threads: one thread.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "plugins/common/folder/folder_source.hpp"
#include "plugins/ocmf/session.hpp"
#include "plugins/ocmf/signature.hpp"

namespace greentill::ocmf {

class OcmfSource final : public plugin::FolderSource {
 public:
  OcmfSource(std::string_view configuration, plugin::Services services)
      : OcmfSource(plugin::read_configuration(configuration, "ocmf"), services) {}

  std::unique_ptr<plugin::RecordReader> read(plugin::Bytes& bytes, const std::string& name) override;

 private:
  OcmfSource(const toml::Table& toml, plugin::Services services);

  Meters meters_;
  Plausible plausible_;
};

}  // namespace greentill::ocmf
