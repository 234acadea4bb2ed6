// SPDX-License-Identifier: Apache-2.0
// The source `ocmf`: signed charging sessions from a watched folder; docs/ocmf.md is what its user reads. Threads: one thread.
#include "greentill/version.hpp"
#include "plugins/common/folder/folder_source.hpp"
#include "plugins/ocmf/reader.hpp"

namespace greentill::ocmf {
namespace {

std::string read_clocks(const toml::Table& toml, const std::string& absent) {
  if (!toml.has("clocks")) return absent;
  std::string clocks;
  for (const std::string& one : toml.texts("clocks")) {
    if (one.size() != 1 || std::string_view("USIR").find(one) == std::string_view::npos) {
      toml.wrong("clocks", "must hold S, R, I or U alone");
    }
    clocks += one;
  }
  if (clocks.empty()) toml.wrong("clocks", "must hold one at least, such as \"S\"");
  return clocks;
}

class OcmfSource final : public plugin::FolderSource {
 public:
  OcmfSource(std::string_view configuration, plugin::Services services)
      : OcmfSource(plugin::read_configuration(configuration, "ocmf"), services) {}

  std::unique_ptr<plugin::RecordReader> read(plugin::ByteInput& bytes, const std::string& /*name*/) override {
    return std::make_unique<Records>(bytes, plausible_,
                                     [this](const std::string& meter, std::string_view signed_bytes, const Signature& signature) {
                                       meters_.check(meter, signed_bytes, signature);
                                     });
  }

 private:
  OcmfSource(const toml::Table& toml, plugin::Services services) : FolderSource(toml, 0, services), meters_(toml) {
    plausible_.max_power_kw = toml.integer_or("max_power_kw", 1, 100'000, plausible_.max_power_kw);
    plausible_.max_session_kwh = toml.integer_or("max_session_kwh", 1, 1'000'000, plausible_.max_session_kwh);
    plausible_.clocks = read_clocks(toml, plausible_.clocks);
    toml.check();
  }

  Meters meters_;
  Plausible plausible_;
};

}  // namespace
}  // namespace greentill::ocmf

GREENTILL_EXPORT_PLUGIN(greentill::plugin::source<greentill::ocmf::OcmfSource>("ocmf", greentill::kVersion))
