// SPDX-License-Identifier: Apache-2.0
#include "plugins/invoice/document.hpp"

#include "plugins/common/readers/document_records.hpp"
#include "plugins/common/readers/xml_tree.hpp"
#include "plugins/invoice/cii.hpp"
#include "plugins/invoice/pdf.hpp"
#include "plugins/invoice/ubl.hpp"

namespace greentill::invoice {
namespace {

using plugin::Unusable;

bool is_self_billed(const plugin::XmlName& name) {
  return (name.local == "SelfBilledInvoice" || name.local == "SelfBilledCreditNote") &&
         name.space.starts_with("urn:oasis:names:specification:ubl:schema:xsd:");
}

bool is_kept(const plugin::XmlName& name) { return is_kept_of_ubl(name) || is_kept_of_cii(name) || is_self_billed(name); }

Head read_head(const plugin::XmlElement& root, const plugin::Zone& zone) {
  if (is_self_billed({root.space, root.name})) {
    throw plugin::LeftOut(kSelfBilled);
  }
  if (is_cii(root)) return read_cii(root, zone);
  const plugin::XmlElement* ubl = find_ubl(root);
  if (ubl == nullptr) throw Unusable("it is XML, but neither a UBL Invoice, a UBL CreditNote nor a CrossIndustryInvoice");
  return read_ubl(*ubl, zone);
}

std::vector<plugin::DocumentRecord> read_xml(std::string_view document, const plugin::Zone& zone) {
  plugin::XmlLimits limits;
  limits.text_bytes = plugin::kMostDocumentBytes;  // attachments are long, and gone with what is not kept
  std::vector<plugin::DocumentRecord> all;
  plugin::add_records(all, [&] { return transactions_of(read_head(plugin::parse_xml(document, &is_kept, limits), zone)); });
  return all;
}

}  // namespace

std::vector<plugin::DocumentRecord> Documents::read(std::string_view document) const {
  const bool is_xml = plugin::may_be_xml(document);
  return !is_xml && is_pdf(document) ? read_xml(embedded_invoice(document), zone_) : read_xml(document, zone_);
}

}  // namespace greentill::invoice
