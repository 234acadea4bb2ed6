// SPDX-License-Identifier: Apache-2.0
#include "plugins/invoice/head.hpp"

#include "daemon/base/decimal.hpp"
#include "daemon/base/text.hpp"
#include "plugins/common/values/currency.hpp"
#include "plugins/common/values/ids.hpp"
#include "plugins/common/values/limits.hpp"
#include "plugins/invoice/document_type.hpp"

namespace greentill::invoice {
namespace {

using plugin::Transaction;
using plugin::Unusable;

/// The whole of an invoice: no document says of another whether it credits all of it or a part, and the cautious reading is all.
std::vector<Transaction> reversals(const Transaction& document, const std::vector<std::string>& invoices,
                                   gt_reversal_reason reason) {
  std::vector<Transaction> all;
  for (const std::string& number : invoices) {
    Transaction taken_back = document;
    taken_back.event_id = plugin::event_id_of({document.event_id, "credits", number});
    taken_back.reversed_event_id = plugin::event_id_of({number});
    taken_back.reversal_reason = reason;
    all.push_back(std::move(taken_back));
  }
  return all;
}

std::vector<Transaction> doubtful(Transaction document, const char* remark) {
  document.standing = GT_DOUBTFUL;
  document.remark = remark;
  return {std::move(document)};
}

std::vector<Transaction> doubtful_credit(Transaction document, const char* remark) {
  document.event_id = plugin::event_id_of({document.event_id, "credits"});
  return doubtful(std::move(document), remark);
}

Transaction bill(const Head& head) {
  Transaction read;
  read.issuer = head.issuer;
  read.event_id = plugin::event_id_of({head.number});
  read.receipt_number = plugin::printed_number({head.number});
  read.kind = GT_KIND_BILL;
  read.begin = read.end = head.time;
  read.currency = head.currency;
  read.total_minor = head.total_minor;
  read.receipt_medium = "einvoice";
  read.attributes = {{"document", head.document}};
  return read;
}

std::vector<Transaction> credit(Transaction read, const std::vector<std::string>& named) {
  if (named.empty()) {
    return doubtful_credit(std::move(read), "it credits without naming an invoice; undo that one by hand if there is one");
  }
  return reversals(read, named, GT_REFUND);
}

std::vector<Transaction> corrected(Transaction read, const std::vector<std::string>& named) {
  if (named.empty()) return doubtful_credit(std::move(read), "it corrects an invoice without naming it; undo that one by hand");
  std::vector<Transaction> all = reversals(read, named, GT_CORRECTION);
  all.push_back(std::move(read));
  return all;
}

}  // namespace

std::vector<Transaction> transactions_of(const Head& head) {
  const Nature nature = nature_of(head.type, head.is_credit_note);
  if (nature == Nature::self_billed) throw plugin::LeftOut(kSelfBilled);
  if (nature == Nature::no_invoice)
    throw plugin::LeftOut("by its type it is for accounting alone, and no invoice that a buyer was sent");
  Transaction read = bill(head);
  if (head.is_test || head.is_copy || nature == Nature::pro_forma) {
    read.standing = head.is_test ? GT_TRAINING : nature == Nature::pro_forma ? GT_INTERIM : GT_REPRINT;
    return {std::move(read)};
  }
  if (nature == Nature::unknown) return doubtful(std::move(read), "its type is none that is known to be an invoice's");
  if (nature == Nature::credit && read.total_minor < 0) {
    return doubtful_credit(std::move(read), "it takes a credit note back, which restores nothing that was claimed");
  }
  if (nature == Nature::credit || read.total_minor < 0) return credit(std::move(read), head.preceding);
  if (nature == Nature::corrected) return corrected(std::move(read), head.preceding);
  return {std::move(read)};
}

std::string issuer_of(std::string_view scheme, std::string_view identifier) {
  // Participants of Peppol are the same in capitals and small letters.
  return plugin::opaque_issuer("ubl", {scheme, lower_case(identifier)});
}

std::int64_t moment(const std::optional<WallTime>& wall, const plugin::Zone& zone, const char* reason) {
  const auto moment = zone.moment(wall);
  if (!moment) throw Unusable(reason);
  return *moment;
}

std::int64_t total(const plugin::XmlElement& amount, const std::string& currency, const std::string& currency_field) {
  const auto places = plugin::minor_places(currency);
  if (!places) throw Unusable(currency_field + " is no code of ISO 4217");
  const std::string_view stated = amount.attribute("currencyID");
  if (!stated.empty() && stated != currency) throw Unusable(amount.name + " is in another currency than " + currency_field);
  const auto minor = parse_in_units(amount.text, *places, Rounding::exact);
  if (!minor) throw Unusable(amount.name + " is no amount of that currency");
  return *minor;
}

}  // namespace greentill::invoice
