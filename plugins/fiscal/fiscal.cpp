// SPDX-License-Identifier: Apache-2.0
// The source that reads the fiscal receipts dropped into a folder.
#include "greentill/version.hpp"
#include "plugins/common/folder/folder_source.hpp"
#include "plugins/common/readers/document_records.hpp"
#include "plugins/fiscal/document.hpp"

namespace greentill::fiscal {
namespace {

constexpr std::int64_t kMaxFileMb = 4;

class Fiscal final : public plugin::FolderSource {
 public:
  Fiscal(std::string_view configuration, plugin::Services services)
      : Fiscal(plugin::read_configuration(configuration, "fiscal"), services) {}

  /// A document that cannot be read is no record of the file, but its failure.
  std::unique_ptr<plugin::RecordReader> read(plugin::ByteInput& bytes, const std::string& /*name*/) override {
    return std::make_unique<plugin::DocumentRecords>(documents_.read(plugin::read_all(bytes, plugin::kMostDocumentBytes)));
  }

 private:
  Fiscal(const toml::Table& toml, plugin::Services services) : FolderSource(toml, kMaxFileMb, services) { toml.check(); }

  Documents documents_;
};

}  // namespace
}  // namespace greentill::fiscal

GREENTILL_EXPORT_PLUGIN(greentill::plugin::source<greentill::fiscal::Fiscal>("fiscal", greentill::kVersion))
