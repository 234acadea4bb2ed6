// SPDX-License-Identifier: Apache-2.0
// The source `ocmf`: signed charging sessions from a watched folder; docs/ocmf.md is what its user reads. Threads: one thread.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "plugins/common/folder.hpp"
#include "plugins/ocmf/session.hpp"
#include "plugins/ocmf/signature.hpp"

namespace greentill::ocmf {

class OcmfSource final : public plugin::FolderSource {
 public:
  OcmfSource(std::string_view configuration, plugin::Services services)
      : OcmfSource(plugin::Toml::parse(configuration, "ocmf"), services) {}

  std::unique_ptr<plugin::RecordReader> read(plugin::Bytes& bytes, const std::string& name) override;

 private:
  OcmfSource(const plugin::Toml& toml, plugin::Services services);

  Meters meters_;
  Plausible plausible_;
};

}  // namespace greentill::ocmf
