// SPDX-License-Identifier: Apache-2.0
#include "plugins/exec/protocol.hpp"

#include <algorithm>
#include <initializer_list>
#include <limits>
#include <stdexcept>

#include "plugins/common/json_value.hpp"

namespace greentill::exec {
namespace {

using nlohmann::json;
using nlohmann::ordered_json;
using plugin::Unusable;
using plugin::view;

// What a source may hand in ahead of what is durable (docs/plugins.md).
constexpr int kWindow = 1024;
constexpr std::size_t kMaxPositionBytes = 1024;
constexpr std::size_t kMaxNameBytes = 32;

[[noreturn]] void broken(const std::string& what) {
  throw std::runtime_error("it wrote a line that is not of the protocol: " + what);
}

std::string as_line(const ordered_json& document) {
  // What came from a file need not be UTF-8.
  return document.dump(-1, ' ', false, ordered_json::error_handler_t::replace) + '\n';
}

json object_of(std::string_view line) {
  try {
    json document = plugin::parse_json(line);
    if (document.is_object()) return document;
  } catch (const Unusable& error) {
    broken(error.what());
  }
  broken("it is not an object");
}

void only(const json& object, std::initializer_list<std::string_view> known) {
  for (const auto& [key, value] : object.items()) {
    const std::string_view name = key;
    if (std::find(known.begin(), known.end(), name) == known.end()) broken("'" + key + "' is not known");
  }
}

std::string text_of(const json& object, const char* key, std::size_t most) {
  const auto found = object.find(key);
  if (found == object.end()) broken(std::string("'") + key + "' is missing");
  if (!found->is_string()) broken(std::string("'") + key + "' must be a text");
  std::string text = found->get<std::string>();
  if (text.size() > most) broken(std::string("'") + key + "' is longer than " + std::to_string(most) + " bytes");
  return text;
}

/// A program that cannot go on says so in place of any line.
void throw_its_error(const json& object) {
  if (!object.contains("error") || object.contains("call")) return;
  throw std::runtime_error("it says: " + text_of(object, "error", SIZE_MAX));
}

SourceLine reject_of(const json& object) {
  SourceLine line;
  line.what = SourceLine::What::reject;
  const json& reject = object.at("reject");
  if (!reject.is_object()) broken("'reject' must be an object");
  only(reject, {"where", "reason"});
  line.where = text_of(reject, "where", SIZE_MAX);
  line.reason = text_of(reject, "reason", SIZE_MAX);
  return line;
}

SourceLine transaction_of(const json& object) {
  SourceLine line;
  try {
    line.transaction = plugin::read_transaction(object.at("transaction"));
  } catch (const Unusable& error) {
    line.what = SourceLine::What::reject;
    line.reason = error.what();
  }
  return line;
}

template <std::size_t count>
const char* name_of(const std::array<const char*, count>& names, std::uint32_t value) {
  return names.at(value);
}

void put(ordered_json& into, const char* key, gt_text text) {
  if (text.size > 0) into[key] = view(text);
}

ordered_json lines_of(const gt_transaction& transaction) {
  ordered_json lines = ordered_json::array();
  for (std::size_t i = 0; i < transaction.line_count; ++i) {
    const gt_line& from = plugin::element(transaction.lines, i);
    ordered_json line = ordered_json::object();
    put(line, "sku", from.sku);
    put(line, "gtin", from.gtin);
    put(line, "name", from.name);
    put(line, "category", from.category);
    line["quantity_milli"] = from.quantity_milli;
    line["amount_minor"] = from.amount_minor;
    if (from.reversed_line > 0) line["reversed_line"] = from.reversed_line;
    lines.push_back(std::move(line));
  }
  return lines;
}

void put_details(ordered_json& into, const gt_transaction& from) {
  for (std::size_t i = 0; i < from.quantity_count; ++i) {
    const gt_quantity& quantity = plugin::element(from.quantities, i);
    into["quantities"][std::string(view(quantity.unit))] = quantity.value;
  }
  if (from.line_count > 0) into["lines"] = lines_of(from);
  for (std::size_t i = 0; i < from.attribute_count; ++i) {
    const gt_attribute& attribute = plugin::element(from.attributes, i);
    into["attributes"][std::string(view(attribute.key))] = view(attribute.value);
  }
}

ordered_json transaction_json(const gt_transaction& from) {
  ordered_json into;
  into["issuer"] = view(from.issuer);
  into["event_id"] = view(from.event_id);
  into["kind"] = name_of(plugin::kKinds, from.kind);
  into["standing"] = name_of(plugin::kStandings, from.standing);
  put(into, "remark", from.remark);
  if (from.reversed_event_id.size > 0) {
    ordered_json& reverses = into["reverses"];
    put(reverses, "issuer", from.reversed_issuer);
    put(reverses, "event_id", from.reversed_event_id);
    reverses["reason"] = name_of(plugin::kReasons, from.reversal_reason);
  }
  into["begin"] = from.begin;
  into["end"] = from.end;
  put(into, "mode", from.mode);
  put_details(into, from);
  put(into, "currency", from.currency);
  if (from.total_minor != 0) into["total_minor"] = from.total_minor;
  put(into, "tender", from.tender);
  put(into, "receipt_medium", from.receipt_medium);
  if (from.bearer != 0) into["bearer"] = true;
  return into;
}

std::int64_t integer_of(const json& value, const std::string& what) {
  const bool fits = value.is_number_integer() &&
                    (!value.is_number_unsigned() ||
                     value.get<std::uint64_t>() <= static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max()));
  if (!fits) throw Unusable(what + " must be an integer of 64 bits");
  return value.get<std::int64_t>();
}

Act act_of(const json& object) {
  if (!object.is_object()) throw Unusable("an activity must be an object");
  Act act;
  for (const auto& [key, value] : object.items()) {
    if (key == "name" && value.is_string()) {
      act.name = value.get<std::string>();
    } else if (key == "quantities" && value.is_object()) {
      for (const auto& [unit, amount] : value.items())
        act.quantities.emplace_back(unit, integer_of(amount, "quantities." + unit));
    } else if (key == "line") {
      const std::int64_t line = integer_of(value, "line");
      if (line < 0) throw Unusable("line must not be negative");
      act.line = static_cast<std::uint64_t>(line);
    } else {
      throw Unusable("an activity's '" + key + "' is not known or of the wrong type");
    }
  }
  return act;
}

}  // namespace

std::string source_greeting(std::string_view configuration, std::string_view position) {
  return as_line({{"protocol", kProtocol},
                  {"role", "source"},
                  {"configuration", configuration},
                  {"position", position},
                  {"window", kWindow}});
}

std::string detector_greeting(std::string_view configuration) {
  return as_line({{"protocol", kProtocol}, {"role", "detector"}, {"configuration", configuration}});
}

Introduction parse_introduction(std::string_view line) {
  const json object = object_of(line);
  throw_its_error(object);
  only(object, {"protocol", "name", "version"});
  const std::string protocol = text_of(object, "protocol", SIZE_MAX);
  if (protocol != kProtocol) broken("it speaks '" + protocol.substr(0, kMaxNameBytes) + "', not " + std::string(kProtocol));
  Introduction introduction{text_of(object, "name", kMaxNameBytes), text_of(object, "version", kMaxNameBytes)};
  if (introduction.name.empty() || introduction.version.empty()) broken("name and version must not be empty");
  return introduction;
}

std::string durable_line(std::uint64_t count) { return as_line({{"durable", count}}); }

SourceLine parse_source_line(std::string_view text) {
  const json object = object_of(text);
  throw_its_error(object);
  if (object.contains("finished")) {
    only(object, {"finished"});
    if (object.at("finished") != json(true)) broken("'finished' must be true");
    SourceLine line;
    line.what = SourceLine::What::finished;
    return line;
  }
  only(object, {"position", "transaction", "reject"});
  if (object.contains("transaction") == object.contains("reject")) broken("it must hold a transaction or a reject");
  std::string position = text_of(object, "position", kMaxPositionBytes);
  SourceLine line = object.contains("reject") ? reject_of(object) : transaction_of(object);
  line.position = std::move(position);
  return line;
}

std::string question(std::uint64_t call, const gt_transaction& transaction) {
  return as_line({{"call", call}, {"transaction", transaction_json(transaction)}});
}

Answer parse_answer(std::string_view line, std::uint64_t call) {
  const json object = object_of(line);
  throw_its_error(object);
  only(object, {"call", "activities", "error"});
  if (!object.contains("call") || object.at("call") != json(call)) broken("it answers another call than " + std::to_string(call));
  if (object.contains("activities") == object.contains("error")) broken("it must hold activities or an error");
  Answer answer;
  try {
    if (object.contains("error")) {
      answer.error = text_of(object, "error", SIZE_MAX);
      if (answer.error.empty()) answer.error = "it failed and gave no reason";
    } else if (!object.at("activities").is_array()) {
      throw Unusable("activities must be a list");
    } else {
      for (const json& act : object.at("activities")) answer.acts.push_back(act_of(act));
    }
  } catch (const Unusable& error) {
    answer.acts.clear();
    answer.error = error.what();
  }
  return answer;
}

}  // namespace greentill::exec
