// SPDX-License-Identifier: Apache-2.0
#include "plugins/fiscal/spanish.hpp"

#include "daemon/base/decimal.hpp"
#include "plugins/common/values/ids.hpp"
#include "plugins/common/values/zone.hpp"

namespace greentill::fiscal {

using plugin::Transaction;
using plugin::Unusable;
using plugin::XmlElement;

std::string spanish_issuer(std::string_view tax_number) { return plugin::opaque_issuer("es", {tax_number}); }

std::string spanish_date(std::string_view written, const std::string& field) {
  if (written.size() != 10 || !parse_time(written, "%d-%m-%Y")) throw Unusable(field + " is no date such as 22-05-2026");
  return std::string(written.substr(6)) + "-" + std::string(written.substr(3, 2)) + "-" + std::string(written.substr(0, 2));
}

std::int64_t cents(const XmlElement& of, std::initializer_list<std::string_view> way) {
  const auto read = parse_in_units(of.required_text(way), 2);
  if (!read) throw Unusable(std::string(*(way.end() - 1)) + " is no amount");
  return *read;
}

std::vector<Transaction> correct(Transaction invoice, const Correction& correction) {
  if (correction.by_substitution && !correction.corrected.empty()) {
    std::vector<Transaction> all;
    for (const std::string& corrected : correction.corrected) {
      Transaction taken_back;
      taken_back.issuer = invoice.issuer;
      taken_back.event_id = plugin::event_id_of({invoice.event_id, "corrects", corrected});
      taken_back.reversed_event_id = corrected;
      taken_back.reversal_reason = GT_CORRECTION;
      taken_back.begin = taken_back.end = invoice.begin;
      taken_back.attributes = invoice.attributes;
      all.push_back(std::move(taken_back));
    }
    all.push_back(std::move(invoice));
    return all;
  }
  const bool says_what = invoice.total_minor < 0 && !invoice.lines.empty() && correction.corrected.size() == 1;
  if (says_what) {
    invoice.reversed_event_id = correction.corrected.front();
    invoice.reversal_reason = GT_CORRECTION;
  } else {
    invoice.standing = GT_DOUBTFUL;
    invoice.remark = "it corrects another invoice without saying what of it comes back; undo that one by hand if all of it does";
  }
  return {std::move(invoice)};
}

}  // namespace greentill::fiscal
