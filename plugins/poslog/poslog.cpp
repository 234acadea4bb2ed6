// SPDX-License-Identifier: Apache-2.0
#include "greentill/plugin.hpp"
#include "greentill/version.hpp"
#include "plugins/common/folder/folder_source.hpp"
#include "plugins/poslog/poslog_reader.hpp"

namespace greentill::poslog {
namespace {

class PosLog final : public plugin::FolderSource {
 public:
  PosLog(std::string_view configuration, plugin::Services services)
      : PosLog(plugin::read_configuration(configuration, "poslog"), services) {}

  std::unique_ptr<plugin::RecordReader> read(plugin::ByteInput& bytes, const std::string& /*name*/) override {
    return std::make_unique<PosLogReader>(bytes, settings_);
  }

 private:
  PosLog(const toml::Table& toml, plugin::Services services) : FolderSource(toml, 0, services), settings_(Settings::read(toml)) {
    toml.check();
  }

  Settings settings_;
};

}  // namespace
}  // namespace greentill::poslog

GREENTILL_EXPORT_PLUGIN(greentill::plugin::source<greentill::poslog::PosLog>("poslog", greentill::kVersion))
