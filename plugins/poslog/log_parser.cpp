// SPDX-License-Identifier: Apache-2.0
#include "plugins/poslog/log_parser.hpp"

#include <algorithm>
#include <stdexcept>
#include <utility>

#include "daemon/base/text.hpp"

namespace greentill::poslog {
namespace {

using plugin::XmlAttribute;
using plugin::XmlName;

/// With a slash at its end or without; a log may also have none.
constexpr std::string_view kSpace = "http://www.nrf-arts.org/IXRetail/namespace";

/// Signatures and images may stand in attributes and texts; neither is kept.
plugin::XmlLimits limits() {
  plugin::XmlLimits limits;
  limits.attribute_bytes = 1u << 20;
  limits.tag_bytes = 2u << 20;
  limits.text_bytes = SIZE_MAX;
  return limits;
}

std::string_view value_of(const std::vector<XmlAttribute>& attributes, std::string_view name) {
  for (const XmlAttribute& one : attributes) {
    if (one.name.space.empty() && one.name.local == name) return one.value;
  }
  return {};
}

/// The first there is of them, in whatever namespace.
std::string any_value_of(const std::vector<XmlAttribute>& attributes, std::initializer_list<std::string_view> names) {
  for (const std::string_view name : names) {
    for (const XmlAttribute& one : attributes) {
      if (one.name.local == name && !one.value.empty()) return std::string(trimmed(one.value.substr(0, kMostTextBytes)));
    }
  }
  return {};
}

bool is_set(const std::vector<XmlAttribute>& attributes, std::string_view name) {
  const std::string_view value = value_of(attributes, name);
  return value == "true" || value == "1";
}

bool is_gtin_type(std::string_view type) {
  return type.starts_with("GTIN") || type.starts_with("UPC") || type.starts_with("EAN");
}

}  // namespace

LogParser::LogParser(Told medium, Told category, std::function<void(Receipt&&)> take)
    : parser_(*this, limits()), medium_(std::move(medium)), category_(std::move(category)), take_(std::move(take)) {}

void LogParser::start(const XmlName& name, const Attributes& attributes) {
  if (open_.empty()) {
    open_.push_back(open_root(name));
    return;
  }
  const Node parent = open_.back().node;
  if (open_told(parent, name.local)) {
    // Its text is what is told.
  } else if (parent == Node::other || name.space != space_) {
    open_.push_back({});
  } else {
    open_.push_back(open_in(parent, name.local, attributes));
  }
  note_told(parent, name.local, attributes);
}

bool LogParser::open_told(Node parent, std::string_view name) {
  const bool is_receipts = parent == Node::transaction || parent == Node::retail;
  if (is_receipts && medium_.attribute.empty() && name == medium_.element) {
    open_.push_back(once(receipt_.medium));
  } else if (parent == Node::item && category_.attribute.empty() && name == category_.element) {
    open_.push_back(once(line_->category));
  } else {
    return false;
  }
  return true;
}

void LogParser::note_told(Node parent, std::string_view name, const Attributes& attributes) {
  const bool is_receipts = parent == Node::log || parent == Node::transaction || parent == Node::retail;
  const bool is_lines = parent == Node::item || (parent == Node::line_item && open_.back().node == Node::item);
  if (is_receipts && !medium_.attribute.empty() && name == medium_.element && receipt_.medium.empty()) {
    receipt_.medium = any_value_of(attributes, {medium_.attribute});
  }
  if (is_lines && !category_.attribute.empty() && name == category_.element && line_->category.empty()) {
    line_->category = any_value_of(attributes, {category_.attribute});
  }
}

LogParser::Open LogParser::open_root(const XmlName& name) {
  const bool known = name.space.empty() || name.space == kSpace || name.space == std::string(kSpace) + "/";
  if (name.local != "POSLog" || !known) throw std::runtime_error("it is XML, but no POSLog: its root is another element");
  space_ = name.space;
  return {Node::log, nullptr};
}

LogParser::Open LogParser::open_in(Node parent, std::string_view name, const Attributes& attributes) {
  switch (parent) {
    case Node::log:
      if (name != "Transaction") return {};
      receipt_ = {};
      receipt_.is_training = is_set(attributes, "TrainingModeFlag");
      receipt_.is_cancelled = is_set(attributes, "CancelFlag");
      key_ = &receipt_.key;
      return {Node::transaction, nullptr};
    case Node::transaction: return open_in_transaction(name, attributes);
    case Node::retail: return open_in_retail(name, attributes);
    case Node::line_item: return open_in_line_item(name, attributes);
    case Node::item: return open_in_item(name, attributes);
    case Node::identity: return name == "POSItemID" ? once(scrap_) : Open{};
    case Node::tender:
      if (name != "Amount") return {};
      receipt_.tenders.back().currency = any_value_of(attributes, {"Currency", "CurrencyCode"});
      return once(receipt_.tenders.back().amount);
    case Node::link:
    case Node::unit: return open_in_key(name);
    case Node::text: return name == "Date" ? Open{Node::text, open_.back().text} : Open{};
    case Node::category:
    case Node::other: break;
  }
  return {};
}

LogParser::Open LogParser::open_in_transaction(std::string_view name, const Attributes& attributes) {
  if (name == "TransactionLink") return open_link(receipt_.links, attributes);
  if (name == "CurrencyCode") return once(receipt_.currency);
  if (name != "RetailTransaction") return open_in_key(name);
  receipt_.is_retail = true;
  receipt_.status = std::string(value_of(attributes, "TransactionStatus").substr(0, kMostTextBytes));
  return {Node::retail, nullptr};
}

LogParser::Open LogParser::open_in_retail(std::string_view name, const Attributes& attributes) {
  if (name == "TransactionLink") return open_link(receipt_.links, attributes);
  if (name == "ReceiptDateTime") return once(receipt_.receipt_time);
  if (name == "CurrencyCode") return once(receipt_.currency);
  if (name == "Total" && value_of(attributes, "TotalType") == "TransactionGrandAmount") {
    note_currency(attributes);
    return once(receipt_.total);
  }
  if (name != "LineItem") return {};
  void_line_ = is_set(attributes, "VoidFlag") || is_set(attributes, "CancelFlag");
  return {Node::line_item, nullptr};
}

LogParser::Open LogParser::open_in_line_item(std::string_view name, const Attributes& attributes) {
  const bool is_return = is_one_of(name, {"Return", "ReturnForDelivery", "ReturnForPickup"});
  if (is_return || is_one_of(name, {"Sale", "SaleForDelivery", "SaleForPickup"})) {
    if (receipt_.lines.size() >= kMostLines) {
      receipt_.problem = "it has more than 10000 lines";
      return {};
    }
    receipt_.lines.push_back({});
    line_ = &receipt_.lines.back();
    line_->is_return = is_return;
    line_->is_void = void_line_;
    return {Node::item, nullptr};
  }
  if (name != "Tender" || receipt_.tenders.size() >= kMostLines) return {};
  receipt_.tenders.push_back({void_line_, std::string(value_of(attributes, "TenderType").substr(0, kMostTextBytes)), {}, {}});
  return {Node::tender, nullptr};
}

LogParser::Open LogParser::open_in_item(std::string_view name, const Attributes& attributes) {
  if (name == "POSIdentity") {
    line_->id_type = std::string(value_of(attributes, "POSIDType").substr(0, kMostTextBytes));
    scrap_.clear();
    return {Node::identity, nullptr};
  }
  if (name == "ItemID") return once(line_->item_id);
  if (name == "Description") return once(line_->name);
  if (name == "MerchandiseHierarchy") return open_category(attributes);
  if (name == "Quantity") return open_quantity(attributes);
  if (name == "ExtendedAmount") {
    note_currency(attributes);
    return once(line_->amount);
  }
  if (name == "ItemLink") line_->refers = true;
  if (name != "TransactionLink" || line_->link) return {};
  line_->link = Link{std::string(value_of(attributes, "ReasonCode").substr(0, kMostTextBytes)), {}};
  key_ = &line_->link->key;
  return {Node::link, nullptr};
}

/// One that the configuration says where to find counts before the hierarchy.
LogParser::Open LogParser::open_category(const Attributes& attributes) {
  if (!category_.element.empty()) return {};
  if (value_of(attributes, "Level") == "Department") line_->category.clear();
  hierarchy_ = any_value_of(attributes, {"Description", "Name", "ID"});
  return line_->category.empty() ? Open{Node::category, &line_->category} : Open{};
}

LogParser::Open LogParser::open_quantity(const Attributes& attributes) {
  if (line_->quantity.empty()) {
    line_->unit = any_value_of(attributes, {"UnitOfMeasureCode", "UnitOfMeasure"});
    line_->units = any_value_of(attributes, {"Units"});
  }
  return once(line_->quantity);
}

void LogParser::note_currency(const Attributes& attributes) {
  const std::string currency = any_value_of(attributes, {"Currency", "CurrencyCode"});
  if (currency.empty() || currency == receipt_.amounts_currency) return;
  receipt_.has_several_currencies = !receipt_.amounts_currency.empty();
  receipt_.amounts_currency = currency;
}

LogParser::Open LogParser::open_link(std::vector<Link>& links, const Attributes& attributes) {
  if (links.size() >= kMostLines) return {};
  links.push_back({std::string(value_of(attributes, "ReasonCode").substr(0, kMostTextBytes)), {}});
  key_ = &links.back().key;
  return {Node::link, nullptr};
}

/// POSLog 6 has a BusinessUnit with a UnitID where 2.1 has a RetailStoreID.
LogParser::Open LogParser::open_in_key(std::string_view name) {
  if (name == "BusinessUnit") return {Node::unit, nullptr};
  if (name == "RetailStoreID" || name == "UnitID") return once(key_->store);
  if (name == "WorkstationID") return once(key_->workstation);
  if (name == "SequenceNumber") return once(key_->sequence);
  if (name == "BusinessDayDate") return once(key_->business_day);
  if (name == "BeginDateTime") return once(key_->begin);
  if (name == "EndDateTime") return once(key_->end);
  return {};
}

/// Of elements that may come several times the first counts.
LogParser::Open LogParser::once(std::string& into) { return into.empty() ? Open{Node::text, &into} : Open{}; }

void LogParser::text(std::string_view piece) {
  std::string* into = open_.back().text;
  if (into == nullptr || !receipt_.problem.empty()) return;
  receipt_.bytes += piece.size();
  if (into->size() + piece.size() > kMostTextBytes) {
    receipt_.problem = "it has a text of more than 1024 bytes where a name or a number belongs";
  } else if (receipt_.bytes > kMostReceiptBytes) {
    receipt_.problem = "its texts have more than 1 MiB";
  } else {
    *into += piece;
  }
}

void LogParser::end(const XmlName& /*name*/) {
  const Open closed = open_.back();
  open_.pop_back();
  if (closed.text != nullptr) *closed.text = std::string(trimmed(*closed.text));
  close(closed.node);
}

void LogParser::close(Node node) {
  if (node == Node::link) key_ = &receipt_.key;
  if (node == Node::category && line_->category.empty()) line_->category = std::exchange(hierarchy_, {});
  if (node == Node::identity) {
    std::string& into = line_->id_type.empty() || is_gtin_type(line_->id_type) ? line_->scanned : line_->keyed;
    if (into.empty()) into = std::move(scrap_);
    scrap_.clear();
  }
  if (node == Node::transaction) take_(std::exchange(receipt_, {}));
}

}  // namespace greentill::poslog
