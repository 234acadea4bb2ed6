// SPDX-License-Identifier: Apache-2.0
#include "plugins/fiscal/fiskaltrust.hpp"

#include <algorithm>
#include <functional>
#include <optional>

#include "daemon/base/decimal.hpp"
#include "daemon/base/text.hpp"
#include "daemon/base/wall_time.hpp"
#include "daemon/event/limits.hpp"
#include "plugins/common/values/currency.hpp"
#include "plugins/common/values/gtin.hpp"
#include "plugins/common/values/ids.hpp"
#include "plugins/common/values/units.hpp"
#include "plugins/common/values/zone.hpp"
#include "plugins/fiscal/receipt_case.hpp"

namespace greentill::fiscal {
namespace {

using plugin::JsonValue;
using plugin::Transaction;
using plugin::Unusable;
using Nature = ReceiptCase::Nature;

constexpr std::string_view kNoCashBox = "00000000-0000-0000-0000-000000000000";

/// Empty where it is absent. Tests and demonstrations of the middleware carry {{templates}} that somebody was to fill in.
std::string text(const JsonValue& of, std::string_view name) {
  std::string read = of.text_of(name).value_or("");
  if (read.find("{{") != std::string::npos) throw Unusable(std::string(name) + " is a template that was not filled in");
  return read;
}

std::string required(const JsonValue& of, std::string_view name) {
  std::string read = text(of, name);
  if (read.empty()) throw Unusable(std::string(name) + " is missing");
  return read;
}

std::int64_t time(const JsonValue& of, std::string_view name) {
  const auto moment = parse_rfc3339(required(of, name));
  if (!moment) throw Unusable(std::string(name) + " is no time in UTC, such as 2026-05-22T10:30:15Z");
  return *moment;
}

std::string issuer(const JsonValue& document) {
  const std::string cash_box = lower_case(required(document, "ftCashBoxID"));
  if (cash_box == kNoCashBox) throw Unusable("ftCashBoxID is all zeros, which any till could have");
  const std::string plain = "fiskaltrust:" + cash_box;
  return plain.size() <= event::kMaxIssuerBytes ? plain : plugin::opaque_issuer("fiskaltrust", {cash_box});
}

const std::vector<JsonValue>& list(const JsonValue& of, std::string_view name) {
  static const std::vector<JsonValue> kNone;
  const JsonValue* value = of.member(name);
  if (value == nullptr) return kNone;
  if (!value->is(JsonValue::Type::list)) throw Unusable(std::string(name) + " must be a list");
  return value->values;
}

std::optional<Decimal> decimal(const JsonValue& of, const std::string& where, const char* name) {
  const JsonValue* value = of.member(name);
  if (value == nullptr) return std::nullopt;
  const auto read = value->is(JsonValue::Type::number) ? Decimal::parse(value->text) : std::nullopt;
  if (!read) throw Unusable(where + name + " is no decimal of at most 38 digits");
  return read;
}

std::int64_t units(const Decimal& value, unsigned places, const std::string& what) {
  const auto read = value.in_units(places);
  if (!read) throw Unusable(what + " does not fit 64 bits");
  return *read;
}

struct Line {
  Transaction::Line line;
  LineCase tags;
  Decimal amount;
  bool is_negative = false;  // less than nothing of it, also where its unit is not known
  /// Comes back, rather than being sold. A discount is neither, a deposit is given back without any sale being undone.
  [[nodiscard]] bool is_returned() const {
    if (tags.discount || tags.deposit) return false;
    return tags.refunded || tags.voided || is_negative || amount.sign() < 0;
  }
};

/// Tills count in Quantity, or leave it at 1 and say how many units of UnitQuantity there were. Never the product of both, which
/// would count twice where a till fills in the same number.
Decimal quantity_of(const Decimal& quantity, const std::optional<Decimal>& unit_quantity, bool is_measured) {
  const Decimal one = *Decimal::parse("1");
  const bool is_one = quantity == one || quantity == one.negated();
  if (!is_one || !unit_quantity || unit_quantity->sign() <= 0 || (!is_measured && !unit_quantity->is_whole())) return quantity;
  return quantity.sign() < 0 ? unit_quantity->negated() : *unit_quantity;
}

/// In thousandths of a piece, kilogram or litre; 0 where the unit is not known, or two numbers contradict each other of what is
/// weighed.
std::int64_t quantity_milli(const JsonValue& item, const std::string& where) {
  const std::string unit = text(item, "Unit");
  const auto known = plugin::unit_of(unit);
  const bool is_measured = known && known->measure != plugin::Measure::pieces;
  const Decimal stated = decimal(item, where, "Quantity").value_or(*Decimal::parse("1"));
  const auto unit_quantity = decimal(item, where, "UnitQuantity");
  const Decimal quantity = quantity_of(stated, unit_quantity, is_measured);
  if (unit.empty()) return units(quantity, 3, where + "Quantity");
  const bool contradicts = is_measured && unit_quantity && !(*unit_quantity == quantity) &&
                           !(unit_quantity->negated() == quantity) && !(*unit_quantity == *Decimal::parse("1"));
  if (contradicts) return 0;
  const auto milli = plugin::line_quantity_milli(quantity, unit);
  if (!milli) throw Unusable(where + "Quantity does not fit 64 bits");
  return *milli;
}

/// What the receipt is about, besides its lines.
class Request {
 public:
  explicit Request(const JsonValue& document)
      : document_(document), tags_(receipt_case(code_of(document.member("ftReceiptCase"), "ftReceiptCase"))) {}

  std::vector<Transaction> read() {
    if (tags_.nature == Nature::other)
      throw plugin::LeftOut("nothing was sold: it is a closing, a protocol or a movement of cash");
    Transaction receipt = head();
    for (const JsonValue& item : list(document_, "cbChargeItems")) lines_.push_back(line(item, lines_.size() + 1));
    receipt.total_minor = total();
    receipt.tender = payment();
    receipt.standing = standing();
    if (receipt.standing == GT_FINAL) return finished(std::move(receipt));
    add_lines(receipt, &is_any);
    return {receipt};
  }

 private:
  using Which = std::function<bool(const Line&)>;
  static bool is_any(const Line& /*line*/) { return true; }
  static bool is_refunded(const Line& one) { return one.tags.refunded; }

  [[nodiscard]] gt_standing standing() const {
    if (tags_.training) return GT_TRAINING;
    if (tags_.repeated || tags_.nature == Nature::copy) return GT_REPRINT;
    return tags_.nature == Nature::unfinished ? GT_INTERIM : GT_FINAL;
  }

  Transaction head() {
    Transaction receipt;
    receipt.issuer = issuer(document_);
    reference_ = required(document_, "cbReceiptReference");
    receipt.event_id = plugin::event_id_of({reference_});
    receipt.receipt_number = plugin::printed_number({reference_});
    receipt.begin = receipt.end = time(document_, "cbReceiptMoment");
    receipt.currency = text(document_, "Currency");
    if (receipt.currency.empty()) receipt.currency = "EUR";
    const auto places = plugin::minor_places(receipt.currency);
    if (!places) throw Unusable("Currency is no code of ISO 4217");
    places_ = *places;
    if (tags_.handwritten) receipt.receipt_medium = "paper";
    receipt.attributes = {{"fiscal.system", "fiskaltrust"}, {"fiscal.country", tags_.country}};
    return receipt;
  }

  Line line(const JsonValue& item, std::size_t number) const {
    const std::string where = "cbChargeItems[" + std::to_string(number) + "].";
    const auto amount = decimal(item, where, "Amount");
    if (!amount) throw Unusable(where + "Amount is missing");
    Line read;
    read.amount = *amount;
    read.tags = line_case(code_of(item.member("ftChargeItemCase"), where + "ftChargeItemCase"));
    read.line.sku = text(item, "ProductNumber");
    read.line.name = text(item, "Description");
    read.line.category = text(item, "ProductGroup");
    const std::string barcode = text(item, "ProductBarcode");
    if (plugin::is_gtin(barcode)) read.line.gtin = barcode;
    const auto quantity = decimal(item, where, "Quantity");
    read.is_negative = quantity && quantity->sign() < 0;
    read.line.quantity_milli = read.tags.discount ? 0 : quantity_milli(item, where);
    read.line.unit = plugin::line_unit(text(item, "Unit"));
    read.line.amount_minor = units(*amount, places_, where + "Amount");
    return read;
  }

  /// cbReceiptAmount may be left out, which some write as 0; then it is the sum.
  [[nodiscard]] std::int64_t total() const {
    const auto stated = decimal(document_, "", "cbReceiptAmount");
    return stated && stated->sign() != 0 ? units(*stated, places_, "cbReceiptAmount") : sum(&is_any);
  }

  /// Rounded when all is added.
  [[nodiscard]] std::int64_t sum(const Which& which) const {
    Decimal all;
    for (const Line& one : lines_) {
      if (!which(one)) continue;
      const auto more = all.plus(one.amount);
      if (!more) throw Unusable("the sum of cbChargeItems has more than 38 digits");
      all = *more;
    }
    return units(all, places_, "the sum of cbChargeItems");
  }

  /// The one kind of payment, or empty where there are several or none.
  [[nodiscard]] std::string payment() const {
    std::optional<std::string> one;
    for (const JsonValue& item : list(document_, "cbPayItems")) {
      const std::string kind = tender(code_of(item.member("ftPayItemCase"), "ftPayItemCase"));
      if (one && *one != kind) return {};
      one = kind;
    }
    return one.value_or("");
  }

  /// German tills void an order by paying it with "Storno".
  [[nodiscard]] bool is_paid_by_void() const {
    const auto& items = list(document_, "cbPayItems");
    return !items.empty() && std::all_of(items.begin(), items.end(), [](const JsonValue& item) {
      return lower_case(text(item, "Description")).starts_with("storno");
    });
  }

  void add_lines(Transaction& to, const Which& which) const {
    for (const Line& one : lines_) {
      if (which(one)) to.lines.push_back(one.line);
    }
  }

  std::vector<Transaction> finished(Transaction receipt) const {
    const auto pieces = std::count_if(lines_.begin(), lines_.end(), [](const Line& one) { return !one.tags.discount; });
    const auto returned = std::count_if(lines_.begin(), lines_.end(), [](const Line& one) { return one.is_returned(); });
    if (tags_.voided || is_paid_by_void()) return {reversal(std::move(receipt), "void", GT_CANCELLED)};
    if (tags_.refunded || (pieces > 0 && returned == pieces)) return {reversal(std::move(receipt), "return", GT_REFUND)};
    if (!previous().empty() && std::any_of(lines_.begin(), lines_.end(), &is_refunded)) return mixed(receipt);
    add_lines(receipt, &is_any);
    return {std::move(receipt)};
  }

  /// A sale, and what came back from the receipt before.
  std::vector<Transaction> mixed(const Transaction& receipt) const {
    const auto is_sold = [](const Line& one) { return !is_refunded(one); };
    Transaction sale = receipt;
    sale.total_minor = sum(is_sold);
    add_lines(sale, is_sold);
    Transaction taken_back = receipt;
    taken_back.event_id = plugin::event_id_of({reference_, "return"});
    taken_back.reversed_event_id = plugin::event_id_of({previous()});
    taken_back.reversal_reason = GT_REFUND;
    taken_back.total_minor = sum(&is_refunded);
    add_lines(taken_back, &is_refunded);
    return {std::move(sale), std::move(taken_back)};
  }

  /// `what`: told apart from the receipt that it takes back by this, where both have one reference.
  Transaction reversal(Transaction receipt, std::string_view what, gt_reversal_reason reason) const {
    const std::string original = previous();
    if (reason == GT_REFUND || original.empty()) add_lines(receipt, &is_any);
    // A reversal without lines takes back all, which a refund without lines does not say.
    const bool says_what = reason == GT_CANCELLED || !lines_.empty();
    if (original.empty() || !says_what) {
      receipt.standing = GT_DOUBTFUL;
      receipt.remark = std::string("it takes a receipt back without ") +
                       (original.empty() ? "naming which" : "saying what of it") +
                       "; undo that one by hand if something was claimed for it";
      return receipt;
    }
    if (original == reference_) receipt.event_id = plugin::event_id_of({reference_, what});
    receipt.reversed_event_id = plugin::event_id_of({original});
    receipt.reversal_reason = reason;
    return receipt;
  }

  /// The reference of the receipt before, or empty. Italian tills put it between the printer's serial number with the terminal
  /// and the time: "<serial>,<terminal>;<reference>;<yyyymmddhhmmss>".
  [[nodiscard]] std::string previous() const {
    const std::string named = single_text("cbPreviousReceiptReference");
    const std::size_t first = named.find(';');
    const std::size_t last = named.rfind(';');
    const bool is_italian = first != std::string::npos && last > first + 1 &&
                            named.substr(0, first).find(',') != std::string::npos &&
                            parse_time(named.substr(last + 1), "%Y%m%d%H%M%S");
    return is_italian ? named.substr(first + 1, last - first - 1) : named;
  }

  /// A text, or the only one of a list; empty where there are several, which is no name.
  [[nodiscard]] std::string single_text(std::string_view name) const {
    const JsonValue* value = document_.member(name);
    if (value == nullptr || !value->is(JsonValue::Type::list)) return text(document_, name);
    return value->values.size() == 1 && value->values[0].is(JsonValue::Type::text) ? value->values[0].text : "";
  }

  const JsonValue& document_;
  ReceiptCase tags_;
  std::string reference_;
  unsigned places_ = 2;
  std::vector<Line> lines_;
};

}  // namespace

bool is_fiskaltrust_request(const JsonValue& document) { return document.member("ftReceiptCase") != nullptr; }

bool is_fiskaltrust_response(const JsonValue& document) {
  return !is_fiskaltrust_request(document) && document.member("ftReceiptIdentification") != nullptr;
}

std::vector<Transaction> read_fiskaltrust_request(const JsonValue& document) { return Request(document).read(); }

Transaction read_fiskaltrust_response(const JsonValue& document) {
  Transaction copy;
  copy.issuer = issuer(document);
  copy.event_id = plugin::event_id_of({required(document, "cbReceiptReference")});
  copy.standing = GT_REPRINT;
  copy.begin = copy.end = time(document, "ftReceiptMoment");
  copy.attributes = {{"fiscal.system", "fiskaltrust"}};
  return copy;
}

}  // namespace greentill::fiscal
