// SPDX-License-Identifier: Apache-2.0
#include "plugins/common/json_line.hpp"

#include <algorithm>
#include <array>
#include <limits>
#include <nlohmann/json.hpp>
#include <set>
#include <vector>

#include "plugins/common/json_value.hpp"
#include "plugins/common/times.hpp"

namespace greentill::plugin {
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

constexpr std::array kMedia{"", "paper", "none", "qr", "email", "app", "einvoice"};

/// Which of the choices the text is; they are in the order of their enum.
template <typename Enum, std::size_t count>
Enum choice(const json& value, const std::string& field, const std::array<const char*, count>& choices) {
  const std::string name = text(value, field);
  const auto found = std::find(choices.begin(), choices.end(), name);
  if (found != choices.end()) return static_cast<Enum>(found - choices.begin());
  std::string what = "must be one of";
  for (const char* one : choices) {
    if (*one != '\0') (what += what.ends_with("of") ? " " : ", ") += one;
  }
  unusable(field, what.c_str());
}

const json& object(const json& value, const std::string& field) {
  if (!value.is_object()) unusable(field, "must be an object");
  return value;
}

Transaction::Line line(const json& value, const std::string& where) {
  Transaction::Line read;
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
    else if (key == "reversed_line") {
      const std::int64_t number = integer(field, name);
      if (number < 1) unusable(name, "must be 1 or more");
      read.reversed_line = static_cast<std::uint64_t>(number);
    } else
      unusable(name, "is not known");
  }
  return read;
}

void lines(const json& value, Transaction& into) {
  if (!value.is_array()) unusable("lines", "must be a list");
  for (const json& item : value) into.lines.push_back(line(item, "lines[" + std::to_string(into.lines.size()) + "]"));
}

void reverses(const json& value, Transaction& into) {
  for (const auto& [key, field] : object(value, "reverses").items()) {
    const std::string name = "reverses." + key;
    if (key == "issuer")
      into.reversed_issuer = text(field, name);
    else if (key == "event_id")
      into.reversed_event_id = text(field, name);
    else if (key == "reason")
      into.reversal_reason = choice<gt_reversal_reason>(field, name, kReasons);
    else
      unusable(name, "is not known");
  }
  if (into.reversed_event_id.empty()) unusable("reverses.event_id", "is missing");
}

using Reader = void (*)(const json&, Transaction&);
struct Field {
  const char* name;
  Reader read;
};

constexpr std::array kFields{
    Field{"issuer", [](const json& v, Transaction& t) { t.issuer = text(v, "issuer"); }},
    Field{"event_id", [](const json& v, Transaction& t) { t.event_id = text(v, "event_id"); }},
    Field{"kind", [](const json& v, Transaction& t) { t.kind = choice<gt_kind>(v, "kind", kKinds); }},
    Field{"standing", [](const json& v, Transaction& t) { t.standing = choice<gt_standing>(v, "standing", kStandings); }},
    Field{"remark", [](const json& v, Transaction& t) { t.remark = text(v, "remark"); }},
    Field{"reverses", &reverses},
    Field{"begin", [](const json& v, Transaction& t) { t.begin = time(v, "begin"); }},
    Field{"end", [](const json& v, Transaction& t) { t.end = time(v, "end"); }},
    Field{"mode", [](const json& v, Transaction& t) { t.mode = text(v, "mode"); }},
    Field{"quantities",
          [](const json& v, Transaction& t) {
            for (const auto& [unit, amount] : object(v, "quantities").items()) {
              t.quantities.push_back({unit, integer(amount, "quantities." + unit)});
            }
          }},
    Field{"lines", &lines},
    Field{"currency", [](const json& v, Transaction& t) { t.currency = text(v, "currency"); }},
    Field{"total_minor", [](const json& v, Transaction& t) { t.total_minor = integer(v, "total_minor"); }},
    Field{"tender", [](const json& v, Transaction& t) { t.tender = text(v, "tender"); }},
    Field{"receipt_medium",
          [](const json& v, Transaction& t) { t.receipt_medium = kMedia[choice<std::size_t>(v, "receipt_medium", kMedia)]; }},
    Field{"account_token", [](const json& v, Transaction& t) { t.account_token = text(v, "account_token"); }},
    Field{"bearer",
          [](const json& v, Transaction& t) {
            if (!v.is_boolean()) unusable("bearer", "must be true or false");
            t.bearer = v.get<bool>();
          }},
    Field{"attributes",
          [](const json& v, Transaction& t) {
            for (const auto& [name, value] : object(v, "attributes").items()) {
              t.attributes.push_back({name, text(value, "attributes." + name)});
            }
          }},
};

}  // namespace

json parse_json(std::string_view line) {
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

Transaction read_transaction(const json& document) {
  Transaction transaction;
  for (const auto& [key, value] : object(document, "the transaction").items()) {
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

Transaction parse_json_line(std::string_view line) { return read_transaction(parse_json(line)); }

}  // namespace greentill::plugin
