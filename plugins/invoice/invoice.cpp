// SPDX-License-Identifier: Apache-2.0
// The source that reads the electronic invoices dropped into a folder.
#include "greentill/version.hpp"
#include "plugins/common/folder/folder_source.hpp"
#include "plugins/common/readers/document_records.hpp"
#include "plugins/invoice/document.hpp"

namespace greentill::invoice {
namespace {

constexpr std::int64_t kMaxFileMb = 16;  // attachments are part of an invoice

class Invoices final : public plugin::FolderSource {
 public:
  Invoices(std::string_view configuration, plugin::Services services)
      : Invoices(plugin::read_configuration(configuration, "invoice"), services) {}

  /// A document is used as a whole or not at all: one that cannot be read is no record of the file, but its failure.
  std::unique_ptr<plugin::RecordReader> read(plugin::ByteInput& bytes, const std::string& /*name*/) override {
    return std::make_unique<plugin::DocumentRecords>(documents_.read(plugin::read_all(bytes, plugin::kMostDocumentBytes)));
  }

 private:
  Invoices(const toml::Table& toml, plugin::Services services)
      : FolderSource(toml, kMaxFileMb, services), documents_(toml.text_or("zone", "Etc/UTC")) {
    toml.check();
  }

  Documents documents_;
};

}  // namespace
}  // namespace greentill::invoice

GREENTILL_EXPORT_PLUGIN(greentill::plugin::source<greentill::invoice::Invoices>("invoice", greentill::kVersion))
