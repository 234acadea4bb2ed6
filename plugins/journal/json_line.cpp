// SPDX-License-Identifier: Apache-2.0
#include "plugins/journal/json_line.hpp"

#include <algorithm>
#include <array>
#include <limits>
#include <nlohmann/json.hpp>
#include <set>
#include <vector>

#include "plugins/journal/times.hpp"

namespace greentill::journal {
namespace {

using nlohmann::json;

[[noreturn]] void unusable(const std::string& field, const char* what) { throw Unusable(field + " " + what); }

std::string text(const json& value, const std::string& field) {
  if (!value.is_string()) unusable(field, "must be a text");
  std::string read = value.get<std::string>();
  if (read.find('\0') != std::string::npos) unusable(field, "must not hold a NUL");
  return read;
}

std::int64_t integer(const json& value, const std::string& field) {
  if (!value.is_number_integer()) unusable(field, "must be an integer");
  if (value.is_number_unsigned() && value.get<std::uint64_t>() > std::uint64_t{std::numeric_limits<std::int64_t>::max()}) {
    unusable(field, "does not fit 64 bits");
  }
  return value.get<std::int64_t>();
}

std::int64_t time(const json& value, const std::string& field) {
  if (!value.is_string()) return integer(value, field);
  const auto parsed = parse_rfc3339(value.get_ref<const std::string&>());
  if (!parsed) unusable(field, "must be Unix seconds, or RFC 3339 with its offset");
  return *parsed;
}

gt_kind kind(const json& value) {
  constexpr std::array kKinds{"sale", "trip", "ticket", "bill", "charge"};
  const std::string name = text(value, "kind");
  const auto found = std::find(kKinds.begin(), kKinds.end(), name);
  if (found == kKinds.end()) unusable("kind", "must be sale, trip, ticket, bill or charge");
  return static_cast<gt_kind>(found - kKinds.begin());
}

std::string receipt_medium(const json& value) {
  constexpr std::array kMedia{"", "paper", "none", "qr", "email", "app"};
  std::string name = text(value, "receipt_medium");
  if (std::find(kMedia.begin(), kMedia.end(), name) == kMedia.end()) {
    unusable("receipt_medium", "must be paper, none, qr, email or app");
  }
  return name;
}

const json& object(const json& value, const std::string& field) {
  if (!value.is_object()) unusable(field, "must be an object");
  return value;
}

plugin::Transaction::Line line(const json& value, const std::string& where) {
  plugin::Transaction::Line read;
  for (const auto& [key, field] : object(value, where).items()) {
    const std::string name = where + "." + key;
    if (key == "sku")
      read.sku = text(field, name);
    else if (key == "gtin")
      read.gtin = text(field, name);
    else if (key == "name")
      read.name = text(field, name);
    else if (key == "category")
      read.category = text(field, name);
    else if (key == "quantity_milli")
      read.quantity_milli = integer(field, name);
    else if (key == "amount_minor")
      read.amount_minor = integer(field, name);
    else
      unusable(name, "is not known");
  }
  return read;
}

void lines(const json& value, plugin::Transaction& into) {
  if (!value.is_array()) unusable("lines", "must be a list");
  for (const json& item : value) into.lines.push_back(line(item, "lines[" + std::to_string(into.lines.size()) + "]"));
}

using Reader = void (*)(const json&, plugin::Transaction&);
struct Field {
  const char* name;
  Reader read;
};

constexpr std::array kFields{
    Field{"issuer", [](const json& v, plugin::Transaction& t) { t.issuer = text(v, "issuer"); }},
    Field{"event_id", [](const json& v, plugin::Transaction& t) { t.event_id = text(v, "event_id"); }},
    Field{"kind", [](const json& v, plugin::Transaction& t) { t.kind = kind(v); }},
    Field{"begin", [](const json& v, plugin::Transaction& t) { t.begin = time(v, "begin"); }},
    Field{"end", [](const json& v, plugin::Transaction& t) { t.end = time(v, "end"); }},
    Field{"mode", [](const json& v, plugin::Transaction& t) { t.mode = text(v, "mode"); }},
    Field{"quantities",
          [](const json& v, plugin::Transaction& t) {
            for (const auto& [unit, amount] : object(v, "quantities").items()) {
              t.quantities.push_back({unit, integer(amount, "quantities." + unit)});
            }
          }},
    Field{"lines", &lines},
    Field{"currency", [](const json& v, plugin::Transaction& t) { t.currency = text(v, "currency"); }},
    Field{"total_minor", [](const json& v, plugin::Transaction& t) { t.total_minor = integer(v, "total_minor"); }},
    Field{"tender", [](const json& v, plugin::Transaction& t) { t.tender = text(v, "tender"); }},
    Field{"receipt_medium", [](const json& v, plugin::Transaction& t) { t.receipt_medium = receipt_medium(v); }},
    Field{"account_token", [](const json& v, plugin::Transaction& t) { t.account_token = text(v, "account_token"); }},
    Field{"bearer",
          [](const json& v, plugin::Transaction& t) {
            if (!v.is_boolean()) unusable("bearer", "must be true or false");
            t.bearer = v.get<bool>();
          }},
    Field{"attributes",
          [](const json& v, plugin::Transaction& t) {
            for (const auto& [name, value] : object(v, "attributes").items()) {
              t.attributes.push_back({name, text(value, "attributes." + name)});
            }
          }},
};

/// nlohmann keeps the last of several equal keys; here the second one ends it.
json parse(std::string_view line) {
  std::vector<std::set<std::string>> keys;
  const auto watch = [&keys](int depth, json::parse_event_t event, json& parsed) {
    if (depth > 8) throw Unusable("it is nested too deep");
    if (event == json::parse_event_t::object_start) keys.emplace_back();
    if (event == json::parse_event_t::object_end) keys.pop_back();
    if (event == json::parse_event_t::key && !keys.back().insert(parsed.get<std::string>()).second) {
      unusable(parsed.get<std::string>(), "stands twice");
    }
    return true;
  };
  try {
    return json::parse(line, watch);
  } catch (const json::exception&) {
    throw Unusable("it is not JSON");
  }
}

}  // namespace

plugin::Transaction parse_json_line(std::string_view line) {
  const json document = parse(line);
  plugin::Transaction transaction;
  for (const auto& [key, value] : object(document, "the line").items()) {
    const auto field = std::find_if(kFields.begin(), kFields.end(), [&key = key](const Field& f) { return key == f.name; });
    if (field == kFields.end()) unusable(key, "is not known");
    field->read(value, transaction);
  }
  for (const char* required : {"issuer", "event_id", "kind", "begin"}) {
    if (!document.contains(required)) unusable(required, "is missing");
  }
  if (!document.contains("end")) transaction.end = transaction.begin;
  check_limits(transaction);
  return transaction;
}

}  // namespace greentill::journal
