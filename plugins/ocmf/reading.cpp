// SPDX-License-Identifier: Apache-2.0
#include "plugins/ocmf/reading.hpp"

#include <algorithm>

#include "daemon/base/text.hpp"
#include "daemon/base/wall_time.hpp"
#include "plugins/common/readers/json_tree.hpp"

namespace greentill::ocmf {
namespace {

using plugin::JsonValue;
using plugin::Unusable;

constexpr std::size_t kMostReadings = 1000;
constexpr std::size_t kMostSerialBytes = 64;

std::string serial(const JsonValue& payload, std::string_view name) {
  std::string read = payload.text_of(name).value_or("");
  if (read.size() > kMostSerialBytes) throw Unusable(std::string(name) + " has more than 64 bytes");
  if (read.find('\0') != std::string::npos) throw Unusable(std::string(name) + " holds a NUL");
  return read;
}

void check_version(const JsonValue& payload) {
  // It may be left out (table 1). A minor revision only adds to the format.
  const std::string version = payload.text_of("FV").value_or("1.0");
  if (!version.starts_with("1.") || version.size() == 2) throw Unusable("FV must be 1.0 to 1.3");
}

std::uint64_t page_of(const JsonValue& payload) {
  const std::string page = payload.text_of("PG").value_or("");
  if (page.starts_with('F')) throw Unusable("PG: a fiscal reading belongs to no charging session");
  const bool zero_first = page.size() > 2 && page[1] == '0';
  const auto number = page.starts_with('T') && !zero_first && page.size() <= 19
                          ? parse_integer<std::uint64_t>(std::string_view(page).substr(1))
                          : std::nullopt;
  if (number) return *number;
  throw Unusable("PG must be T with a number");
}

/// "2018-07-24T13:22:04,000+0200 S"
void read_time(const std::string& written, Reading& into) {
  const std::size_t space = std::min(written.find(' '), written.size());
  const auto time = parse_time(std::string_view(written).substr(0, space), "%Y-%m-%dT%H:%M:%S,%f%z");
  if (!time) throw Unusable("TM must be a time such as 2018-07-24T13:22:04,000+0200 S");
  into.time = time->seconds - *time->utc_offset_s;
  const std::string_view clock = std::string_view(written).substr(std::min(space + 1, written.size()));
  into.clock = clock.size() == 1 ? clock[0] : '\0';
}

void read_transaction(const std::string& written, Reading& into) {
  constexpr std::string_view kReasons = "BCXELRAPST";
  if (written.size() != 1 || kReasons.find(written[0]) == std::string_view::npos)
    throw Unusable("TX must be one of " + std::string(kReasons));
  into.transaction = written[0];
}

Reading read_reading(const JsonValue& object, const Reading* before) {
  // Whatever is as in the reading before is left out; table 7.
  Reading reading = before != nullptr ? *before : Reading{};
  const auto time = object.text_of("TM");
  if (time) read_time(*time, reading);
  if (!time && before == nullptr) throw Unusable("TM is missing");
  if (const auto reason = object.text_of("TX")) read_transaction(*reason, reading);
  if (const auto obis = object.text_of("RI")) {
    // Another quantity than before has no value of before.
    if (*obis != reading.obis) reading.value.reset();
    reading.obis = *obis;
  }
  if (const auto unit = object.text_of("RU")) reading.unit = *unit;
  if (const auto current = object.text_of("RT")) reading.current = *current;
  if (const auto errors = object.text_of("EF")) reading.errors = *errors;
  if (const auto status = object.text_of("ST")) reading.status = *status;
  if (const JsonValue* value = object.member("RV")) {
    if (value->is(JsonValue::Type::number)) reading.value = Decimal::parse(value->text);
    if (!value->is(JsonValue::Type::number) || !reading.value) throw Unusable("RV must be a plain decimal number");
  }
  return reading;
}

bool is_vendors(const std::string& name) { return !name.empty() && name[0] >= 'U' && name[0] <= 'Z'; }

}  // namespace

Payload Payload::parse(std::string_view json) {
  const JsonValue root = plugin::parse_json_tree(json);
  if (!root.is(JsonValue::Type::object)) throw Unusable("the payload must be an object");
  check_version(root);
  Payload payload;
  payload.gateway = serial(root, "GS");
  payload.meter = serial(root, "MS");
  if (payload.meter.empty()) payload.meter = payload.gateway;
  if (payload.meter.empty()) throw Unusable("it names neither its meter (MS) nor its gateway (GS)");
  payload.page = page_of(root);
  payload.user_level = root.text_of("IL").value_or("");
  payload.is_personal = !root.text_of("ID").value_or("").empty() || std::any_of(root.names.begin(), root.names.end(), is_vendors);
  const JsonValue* readings = root.member("RD");
  if (readings == nullptr || !readings->is(JsonValue::Type::list) || readings->values.empty()) {
    throw Unusable("RD must be a list of readings");
  }
  if (readings->values.size() > kMostReadings) throw Unusable("RD has more than 1000 readings");
  for (const JsonValue& reading : readings->values) {
    if (!reading.is(JsonValue::Type::object)) throw Unusable("RD must hold objects alone");
    payload.readings.push_back(read_reading(reading, payload.readings.empty() ? nullptr : &payload.readings.back()));
  }
  return payload;
}

Register register_of(std::string_view obis) {
  // A-B:C.D.E*F: medium, channel, quantity, kind, tariff, history. What the quantity is, C to E say.
  const std::size_t colon = obis.find(':');
  if (colon != std::string_view::npos) obis.remove_prefix(colon + 1);
  auto parts = split(obis.substr(0, obis.find('*')), '.');
  for (std::string_view& part : parts) {
    if (part.size() == 2 && part[0] == '0') part.remove_prefix(1);
  }
  if (parts.size() < 3 || parts[1] != "8" || parts[2] != "0") return Register::other;
  if (is_one_of(parts[0], {"1", "B0", "B1", "B2", "B3"})) return Register::import;
  if (is_one_of(parts[0], {"2", "C0", "C1", "C2", "C3"})) return Register::export_back;
  return Register::other;
}

}  // namespace greentill::ocmf
