// SPDX-License-Identifier: Apache-2.0
#include "plugins/exec/protocol.hpp"

#include <algorithm>
#include <initializer_list>
#include <nlohmann/json.hpp>
#include <stdexcept>

#include "daemon/base/text.hpp"
#include "daemon/event/json_reader.hpp"
#include "daemon/event/json_writer.hpp"
#include "plugins/common/readers/json_tree.hpp"

namespace greentill::exec {
namespace {

using nlohmann::ordered_json;
using plugin::JsonValue;
using plugin::Unusable;
using Type = JsonValue::Type;

// How many records a source may have handed in that are not durable yet (docs/plugin-abi.md).
constexpr int kWindow = 1024;
constexpr std::size_t kMaxPositionBytes = 1024;
constexpr std::size_t kMaxNameBytes = 32;

[[noreturn]] void broken(const std::string& what) {
  throw std::runtime_error("it wrote a line that is not of the protocol: " + what);
}

std::string as_line(const ordered_json& document) {
  // A file's text may not be UTF-8.
  return document.dump(-1, ' ', false, ordered_json::error_handler_t::replace) + '\n';
}

JsonValue object_of(std::string_view line) {
  try {
    JsonValue document = plugin::parse_json_tree(line);
    if (document.is(Type::object)) return document;
  } catch (const Unusable& error) {
    broken(error.what());
  }
  broken("it is not an object");
}

/// The member of that name, which may be a JSON null; null where there is none.
const JsonValue* find(const JsonValue& object, std::string_view key) {
  const auto found = std::find(object.names.begin(), object.names.end(), key);
  return found == object.names.end() ? nullptr : &object.values[static_cast<std::size_t>(found - object.names.begin())];
}

void only(const JsonValue& object, std::initializer_list<std::string_view> known) {
  for (const std::string& key : object.names) {
    if (std::find(known.begin(), known.end(), key) == known.end()) broken("'" + key + "' is not known");
  }
}

std::string text_of(const JsonValue& object, const char* key, std::size_t most) {
  const JsonValue* found = find(object, key);
  if (found == nullptr) broken(std::string("'") + key + "' is missing");
  if (!found->is(Type::text)) broken(std::string("'") + key + "' must be a text");
  if (found->text.size() > most) broken(std::string("'") + key + "' is longer than " + std::to_string(most) + " bytes");
  return found->text;
}

/// Throws where the line is the program's own report that it cannot go on, which may stand in place of any line.
void throw_its_error(const JsonValue& object) {
  if (find(object, "error") == nullptr || find(object, "call") != nullptr) return;
  throw CannotGoOn("it says: " + text_of(object, "error", SIZE_MAX));
}

/// Reads a record of which the program makes no transaction.
SourceLine passed_over(const JsonValue& passed, const char* key, SourceLine::What what) {
  SourceLine line;
  line.what = what;
  if (!passed.is(Type::object)) broken(std::string("'") + key + "' must be an object");
  only(passed, {"where", "reason"});
  line.where = text_of(passed, "where", SIZE_MAX);
  line.reason = text_of(passed, "reason", SIZE_MAX);
  return line;
}

SourceLine transaction_of(std::string_view json) {
  SourceLine line;
  auto transaction = event::parse_transaction(json);
  if (transaction) {
    line.transaction = std::move(*transaction);
    return line;
  }
  if (transaction.error().syntax) broken("'transaction' is no JSON");
  line.what = SourceLine::What::reject;
  line.reason = to_string(transaction.error());
  return line;
}

std::int64_t integer_of(const JsonValue& value, const std::string& what) {
  const auto read = value.is(Type::number) ? parse_integer<std::int64_t>(value.text) : std::nullopt;
  if (!read) throw Unusable(what + " must be an integer of 64 bits");
  return *read;
}

Act act_of(const JsonValue& object) {
  if (!object.is(Type::object)) throw Unusable("an activity must be an object");
  Act act;
  for (std::size_t i = 0; i < object.names.size(); ++i) {
    const std::string& key = object.names[i];
    const JsonValue& value = object.values[i];
    if (key == "name" && value.is(Type::text)) {
      act.name = value.text;
    } else if (key == "quantities" && value.is(Type::object)) {
      for (std::size_t unit = 0; unit < value.names.size(); ++unit) {
        const std::string& name = value.names[unit];
        act.quantities.emplace_back(name, integer_of(value.values[unit], "quantities." + name));
      }
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

std::string source_greeting(std::string_view configuration, std::string_view position, std::uint32_t lost_lives) {
  return as_line({{"protocol", kProtocol},
                  {"role", "source"},
                  {"configuration", configuration},
                  {"position", position},
                  {"window", kWindow},
                  {"lost_lives", lost_lives}});
}

std::string detector_greeting(std::string_view configuration) {
  return as_line({{"protocol", kProtocol}, {"role", "detector"}, {"configuration", configuration}});
}

Introduction parse_introduction(std::string_view line) {
  const JsonValue object = object_of(line);
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
  const auto taken = event::take_member(text, "transaction");
  const JsonValue object = object_of(taken ? taken->rest : text);
  throw_its_error(object);
  if (const JsonValue* finished = find(object, "finished")) {
    only(object, {"finished"});
    if (!finished->is(Type::boolean) || finished->text != "true") broken("'finished' must be true");
    SourceLine line;
    line.what = SourceLine::What::finished;
    return line;
  }
  only(object, {"position", "where", "transaction", "reject", "leave_out"});
  const JsonValue* reject = find(object, "reject");
  const JsonValue* leave_out = find(object, "leave_out");
  if (int{taken.has_value()} + int{reject != nullptr} + int{leave_out != nullptr} != 1) {
    broken("it must hold one of transaction, reject, leave_out");
  }
  if (!taken && find(object, "where") != nullptr) broken("'where' goes with a transaction alone; else it stands within");
  std::string position = text_of(object, "position", kMaxPositionBytes);
  SourceLine line = taken               ? transaction_of(taken->value)
                    : reject != nullptr ? passed_over(*reject, "reject", SourceLine::What::reject)
                                        : passed_over(*leave_out, "leave_out", SourceLine::What::leave_out);
  if (find(object, "where") != nullptr) line.where = text_of(object, "where", SIZE_MAX);
  line.position = std::move(position);
  return line;
}

std::string question(std::uint64_t call, const gt_transaction& transaction) {
  return "{\"call\":" + std::to_string(call) + ",\"transaction\":" + event::to_json(transaction, event::Audience::detector) +
         "}\n";
}

Answer parse_answer(std::string_view line, std::uint64_t call) {
  const JsonValue object = object_of(line);
  throw_its_error(object);
  only(object, {"call", "activities", "error"});
  const JsonValue* number = find(object, "call");
  if (number == nullptr || !number->is(Type::number) || number->text != std::to_string(call)) {
    broken("it answers another call than " + std::to_string(call));
  }
  const JsonValue* activities = find(object, "activities");
  const JsonValue* error = find(object, "error");
  if ((activities == nullptr) == (error == nullptr)) broken("it must hold activities or an error");
  Answer answer;
  try {
    if (error != nullptr) {
      answer.error = text_of(object, "error", SIZE_MAX);
      if (answer.error.empty()) answer.error = "it failed and gave no reason";
    } else if (!activities->is(Type::list)) {
      throw Unusable("activities must be a list");
    } else {
      for (const JsonValue& act : activities->values) answer.acts.push_back(act_of(act));
    }
  } catch (const Unusable& unusable) {
    answer.acts.clear();
    answer.error = unusable.what();
  }
  return answer;
}

}  // namespace greentill::exec
