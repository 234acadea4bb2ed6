// SPDX-License-Identifier: Apache-2.0
#include "plugins/ocmf/reading.hpp"

#include <algorithm>
#include <utility>

#include "daemon/base/text.hpp"
#include "daemon/base/wall_time.hpp"
#include "plugins/common/readers/json_tree.hpp"

namespace greentill::ocmf {
namespace {

using plugin::JsonValue;
using plugin::Unusable;

constexpr std::size_t kMostReadings = 1000;
constexpr std::size_t kMostSerialBytes = 64;

/// Some makers write numbers as texts, and serial numbers or versions as numbers.
std::string text_or_number(const JsonValue& of, std::string_view name) {
  const JsonValue* value = of.member(name);
  return value != nullptr && value->is(JsonValue::Type::number) ? value->text : of.text_of(name).value_or("");
}

std::string serial(const JsonValue& payload, std::string_view name) {
  std::string read = text_or_number(payload, name);
  if (read.size() > kMostSerialBytes) throw Unusable(std::string(name) + " has more than 64 bytes");
  if (read.find('\0') != std::string::npos) throw Unusable(std::string(name) + " holds a NUL");
  return read;
}

void check_version(const JsonValue& payload) {
  // It may be left out (table 1). A minor revision only adds to the format.
  const std::string version = text_or_number(payload, "FV");
  if (version.empty() || version == "1") return;
  if (!version.starts_with("1.") || version.size() == 2) throw Unusable("FV must be 1.0 to 1.4");
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

/// "2018-07-24T13:22:04,000+0200 S", or with the other separators that ISO 8601 allows.
void read_time(const std::string& written, Reading& into) {
  const std::size_t space = std::min(written.find(' '), written.size());
  const auto time = parse_iso_time(std::string_view(written).substr(0, space));
  if (!time || !time->utc_offset_s) throw Unusable("TM must be a time such as 2018-07-24T13:22:04,000+0200 S");
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
    const std::string before_it = std::exchange(reading.obis, plain_obis(*obis));
    if (reading.obis != before_it) reading.value.reset();
  }
  if (const auto unit = object.text_of("RU")) reading.unit = *unit;
  if (const auto current = object.text_of("RT")) reading.current = *current;
  if (const auto errors = object.text_of("EF")) reading.errors = *errors;
  if (const auto status = object.text_of("ST")) reading.status = *status;
  if (const JsonValue* value = object.member("RV")) {
    const bool is_written = value->is(JsonValue::Type::number) || value->is(JsonValue::Type::text);
    reading.value = is_written ? Decimal::parse(value->text) : std::nullopt;
    if (!reading.value) throw Unusable("RV must be a plain decimal number");
  }
  return reading;
}

std::string without_zeros(std::string_view group) {
  return lower_case(group.substr(std::min(group.find_first_not_of('0'), group.size() - std::min<std::size_t>(group.size(), 1))));
}

/// A-B:C.D.E*F: medium, channel, quantity, kind, tariff, billing period. A, B and F may be missing, and F may stand behind a
/// point.
struct Obis {
  explicit Obis(std::string_view code) {
    if (const std::size_t colon = code.find(':'); colon != std::string_view::npos) {
      const std::string_view before = code.substr(0, colon);
      medium = without_zeros(before.substr(0, before.find('-')));
      if (before.find('-') != std::string_view::npos) channel = without_zeros(before.substr(before.find('-') + 1));
      code.remove_prefix(colon + 1);
    }
    const std::size_t star = code.find('*');
    for (const std::string_view group : split(code.substr(0, star), '.')) groups.push_back(without_zeros(group));
    if (star != std::string_view::npos) {
      period = without_zeros(code.substr(star + 1));
    } else if (groups.size() == 4) {
      period = groups.back();
      groups.pop_back();
    }
    if (is_one_of(period, {"ff", "255"})) period.clear();  // the present one
  }

  std::string medium;
  std::string channel;
  std::vector<std::string> groups;
  std::string period;
};

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
  const Obis code(obis);
  if (code.groups.size() != 3 || code.groups[1] != "8" || !is_one_of(code.medium, {"", "1"})) return Register::other;
  const std::string& tariff = code.groups[2];
  const bool is_total = tariff == "0" || tariff == "e";  // "e" stands for any in the specification, and so it is written
  const bool is_tariff = parse_integer<unsigned>(tariff).value_or(64) <= 63;
  // 98: what reached the car, of a meter that takes the cable's loss off.
  if (is_one_of(code.groups[0], {"1", "98", "b0", "b1", "b2", "b3"})) {
    return is_total ? Register::import : is_tariff ? Register::import_tariff : Register::other;
  }
  if (is_one_of(code.groups[0], {"2", "c0", "c1", "c2", "c3"}) && (is_total || is_tariff)) return Register::export_back;
  return Register::other;
}

std::string plain_obis(std::string_view obis) {
  const Obis code(obis);
  std::string plain = code.medium.empty() ? "" : code.medium + "-" + code.channel + ":";
  for (const std::string& group : code.groups) plain += (&group == &code.groups.front() ? "" : ".") + group;
  return code.period.empty() ? plain : plain + "*" + code.period;
}

}  // namespace greentill::ocmf
