// SPDX-License-Identifier: Apache-2.0
#include "plugins/fiscal/rt_record.hpp"

#include "daemon/base/text.hpp"
#include "daemon/event/limits.hpp"
#include "plugins/common/values/ids.hpp"

namespace greentill::fiscal {
namespace {

using plugin::JsonValue;
using plugin::Transaction;
using plugin::Unusable;

constexpr std::string_view kArticle = "1";  // the other types are payments and texts

/// Its numbers come as numbers and as texts.
const std::string& text_or_number(const JsonValue& of, std::string_view name) {
  const JsonValue* value = of.member(name);
  const bool usable = value != nullptr && (value->is(JsonValue::Type::text) || value->is(JsonValue::Type::number));
  if (!usable) throw Unusable("'" + std::string(name) + "' is missing");
  return value->text;
}

std::int64_t integer(const JsonValue& of, std::string_view name) {
  const auto value = parse_integer<std::int64_t>(text_or_number(of, name));
  if (!value) throw Unusable("'" + std::string(name) + "' must be an integer");
  return *value;
}

std::string padded(std::int64_t number) {
  const std::string digits = std::to_string(number);
  return std::string(digits.size() < 4 ? 4 - digits.size() : 0, '0') + digits;
}

/// Without the rate and the amount that the printed line ends with: "Tea In Cup             10%          3,50".
std::string name_in(const std::string& printed) {
  const std::size_t percent = printed.rfind('%');
  if (percent == std::string::npos) return printed;
  std::string name = printed.substr(0, percent);
  for (const char* behind : {"0123456789,.", " "}) name.erase(name.find_last_not_of(behind) + 1);
  return name;
}

Transaction::Line line(const JsonValue& item) {
  Transaction::Line read;
  read.name = name_in(text_or_number(item, "description"));
  read.amount_minor = integer(item, "amount");
  // A discount is printed as an article with a negative amount, and is no piece.
  read.quantity_milli = read.amount_minor < 0 ? 0 : integer(item, "quantity");
  return read;
}

std::int64_t moment(const JsonValue& document, const plugin::Zone& rome) {
  const auto moment = rome.moment(parse_time(text_or_number(document, "dtime"), "%Y-%m-%d %H:%M:%S"));
  if (!moment) throw Unusable("'dtime' is no time such as 2026-05-22 10:30:15");
  return *moment;
}

}  // namespace

bool is_rt_record(const JsonValue& document) {
  const JsonValue* head = document.member("document");
  return head != nullptr && head->member("cashuuid") != nullptr && document.member("items") != nullptr;
}

Transaction read_rt_record(const JsonValue& document, const plugin::Zone& rome) {
  const JsonValue& head = *document.member("document");
  Transaction copy;
  copy.issuer = "it.rt:" + text_or_number(head, "cashuuid");
  if (copy.issuer.size() > event::kMaxIssuerBytes)
    copy.issuer = plugin::opaque_issuer("it.rt", {text_or_number(head, "cashuuid")});
  copy.event_id = plugin::event_id_of({padded(integer(head, "docznumber")) + "-" + padded(integer(head, "docnumber"))});
  copy.standing = GT_REPRINT;
  copy.begin = copy.end = moment(head, rome);
  copy.currency = "EUR";
  copy.total_minor = integer(head, "amount");
  copy.attributes = {{"fiscal.system", "rt"}, {"fiscal.country", "IT"}};
  for (const JsonValue& item : document.member("items")->values) {
    if (text_or_number(item, "type") == kArticle) copy.lines.push_back(line(item));
  }
  return copy;
}

}  // namespace greentill::fiscal
