// SPDX-License-Identifier: Apache-2.0
#include "plugins/journal/mapping.hpp"

#include <algorithm>

#include "daemon/base/calendar.hpp"
#include "daemon/event/limits.hpp"
#include "plugins/common/readers/configuration.hpp"
#include "plugins/common/values/geo.hpp"
#include "plugins/common/values/ids.hpp"

namespace greentill::journal {
namespace {

using toml::Table;

[[noreturn]] void unusable(const std::string& column, const std::string& what) {
  throw plugin::Unusable("column '" + column + "': " + what);
}

Decimal read_scale(const toml::Table& toml) {
  const auto scale = Decimal::parse_unsigned(toml.text_or("scale", "1"));
  if (!scale || scale->sign() == 0) toml.wrong("scale", "must be a positive decimal in quotes, such as \"1000\" or \"0.001\"");
  return *scale;
}

double read_degrees(const std::string& text, const std::string& column, double most) {
  const auto value = plugin::parse_degrees(text, most);
  if (!value) unusable(column, text.empty() ? "is empty" : "'" + text + "' is no coordinate");
  return *value;
}

std::int64_t read_amount(const std::string& text, const Decimal& scale, const std::string& column) {
  if (text.empty()) unusable(column, "is empty");
  const auto decimal = Decimal::parse_unsigned(text);
  const auto product = decimal ? decimal->times(scale) : std::nullopt;
  const auto amount = product ? product->in_units(0, Rounding::down) : std::nullopt;
  if (!amount) unusable(column, "'" + text + "' is no amount");
  return *amount;
}

}  // namespace

Mapping Mapping::configured(const toml::Table& toml, FindStation find_station) {
  const std::string name = toml.filled_text("mapping");
  if (name.find('/') != std::string::npos) toml.wrong("mapping", "must be the name of a file in the mappings folder");
  const std::filesystem::path file = std::filesystem::path(toml.text("mappings")) / (name + ".toml");
  const std::string issuer = toml.has("issuer") ? toml.filled_text("issuer", event::kMaxIssuerBytes) : "";
  return parse(plugin::read_text(file), file.string(), {issuer, toml.text_or("zone", ""), std::move(find_station)});
}

Mapping Mapping::parse(std::string_view text, std::string_view name, const MappingOverrides& overrides) {
  const toml::Table toml = plugin::read_configuration(text, name);
  Mapping mapping;
  mapping.find_station_ = overrides.find_station;
  toml.allow({"issuer", "zone"});
  mapping.issuer_ = overrides.issuer.empty() ? toml.filled_text("issuer", event::kMaxIssuerBytes) : overrides.issuer;
  mapping.zone_.emplace(overrides.zone.empty() ? toml.text("zone") : overrides.zone);
  const std::string delimiter = toml.text_or("delimiter", ",");
  if (delimiter.size() != 1 || delimiter == "\"" || delimiter == "\n") toml.wrong("delimiter", "must be one character");
  mapping.delimiter_ = delimiter[0];
  mapping.read_times(toml);
  mapping.read_mode(toml);
  const toml::Table event = toml.table("event_id");
  if (event.has("column") == event.boolean_or("whole_row", false)) {
    toml.wrong("event_id", "needs either a column or whole_row = true");
  }
  if (event.has("column")) mapping.event_id_ = Column{event.text("column")};
  mapping.read_quantities(toml.table("quantities"));
  toml.check();
  return mapping;
}

Mapping::Time Mapping::read_time(const toml::Table& toml) {
  Time time{{toml.text("column")}, toml.texts("formats")};
  if (time.formats.empty()) toml.wrong("formats", "must hold one at least");
  return time;
}

void Mapping::read_times(const toml::Table& toml) {
  begin_ = read_time(toml.table("begin"));
  if (toml.has("end")) end_ = read_time(toml.table("end"));
  if (toml.has("duration")) {
    const toml::Table duration = toml.table("duration");
    duration_ = Column{duration.text("column")};
    duration_scale_ = read_scale(duration);
  }
  if (!end_ && !duration_) toml.wrong("end", "is missing, and there is no duration either");
}

void Mapping::read_mode(const toml::Table& toml) {
  const toml::Table mode = toml.table("mode");
  if (mode.has("constant") == mode.has("column")) toml.wrong("mode", "needs either a constant or a column with its values");
  if (mode.has("constant")) {
    constant_mode_ = mode.text("constant");
    return;
  }
  mode_ = Column{mode.text("column")};
  const toml::Table values = mode.table("values");
  for (const std::string& value : values.keys()) modes_[value] = values.text(value);
}

Mapping::Quantity Mapping::read_quantity(const toml::Table& toml, const std::string& unit, const toml::Table& from) const {
  Quantity quantity{unit, {}, read_scale(from), from.boolean_or("optional", false), from.boolean_or("substitute", false)};
  if (from.has("column") + from.has("great_circle") + from.has("stations") != 1) {
    toml.wrong(unit, "needs either a column, or a great_circle, or stations");
  }
  if (from.has("column")) quantity.columns.push_back({from.text("column")});
  for (const auto& [key, count] : {std::pair{"great_circle", 4u}, std::pair{"stations", 2u}}) {
    if (!from.has(key)) continue;
    for (const std::string& column : from.texts(key)) quantity.columns.push_back({column});
    if (quantity.columns.size() == count) continue;
    from.wrong(key, count == 4 ? "must be the columns of begin and end: [lat, lng, lat, lng]"
                               : "must be the columns with the stations' ids: [begin, end]");
  }
  if (from.has("stations") && !find_station_) from.wrong("stations", "goes with a source that has a file of stations alone");
  if (unit.empty() || unit.size() > 32) toml.wrong(unit, "must be named by 1 to 32 bytes");
  return quantity;
}

void Mapping::read_quantities(const toml::Table& toml) {
  for (const std::string& unit : toml.keys()) quantities_.push_back(read_quantity(toml, unit, toml.table(unit)));
  // Substitutes are looked at when it is known whether there is anything else.
  std::stable_partition(quantities_.begin(), quantities_.end(), [](const Quantity& q) { return !q.substitute; });
}

std::vector<Mapping::Column*> Mapping::columns() {
  std::vector<Column*> all{&begin_.column};
  if (end_) all.push_back(&end_->column);
  for (std::optional<Column>* column : {&duration_, &mode_, &event_id_}) {
    if (*column) all.push_back(&**column);
  }
  for (Quantity& quantity : quantities_) {
    for (Column& column : quantity.columns) all.push_back(&column);
  }
  return all;
}

void Mapping::bind(const std::vector<std::string>& header) {
  width_ = header.size();
  for (Column* column : columns()) {
    const auto found = std::find(header.begin(), header.end(), column->name);
    if (found == header.end()) throw std::runtime_error("the header lacks the column '" + column->name + "'");
    if (std::find(found + 1, header.end(), column->name) != header.end()) {
      throw std::runtime_error("the header has the column '" + column->name + "' twice");
    }
    column->index = static_cast<std::size_t>(found - header.begin());
  }
}

plugin::Transaction Mapping::make(const std::vector<std::string>& row) const {
  plugin::Transaction trip;
  trip.issuer = issuer_;
  trip.kind = GT_KIND_TRIP;
  trip.event_id = event_id(row);
  const plugin::Span when = span(row);
  trip.begin = when.begin;
  trip.end = when.end;
  trip.mode = mode(row);
  measure(row, trip);
  return trip;
}

void Mapping::measure(const std::vector<std::string>& row, plugin::Transaction& trip) const {
  for (const Quantity& quantity : quantities_) {
    if (quantity.substitute && !trip.quantities.empty()) continue;
    const bool empty = quantity.columns.size() == 1 && row[quantity.columns[0].index].empty();
    if (!quantity.optional || !empty) trip.quantities.push_back({quantity.unit, amount(quantity, row)});
  }
}

std::int64_t Mapping::amount(const Quantity& quantity, const std::vector<std::string>& row) const {
  const auto& columns = quantity.columns;
  if (columns.size() == 1) return read_amount(row[columns[0].index], quantity.scale, columns[0].name);
  if (columns.size() == 2) return plugin::great_circle_m(station(columns[0], row), station(columns[1], row));
  std::array<double, 4> degrees{};
  for (std::size_t i = 0; i < 4; ++i) degrees[i] = read_degrees(row[columns[i].index], columns[i].name, i % 2 == 0 ? 90 : 180);
  return plugin::great_circle_m({degrees[0], degrees[1]}, {degrees[2], degrees[3]});
}

plugin::Coordinates Mapping::station(const Column& column, const std::vector<std::string>& row) const {
  const std::string& id = row[column.index];
  if (id.empty()) unusable(column.name, "is empty");
  const auto place = find_station_(id);
  if (!place) unusable(column.name, "there is no station '" + id + "'");
  return *place;
}

plugin::Readings Mapping::readings(const Time& time, const std::vector<std::string>& row) const {
  const std::string& text = row[time.column.index];
  for (const std::string& format : time.formats) {
    const auto parsed = parse_time(text, format);
    if (!parsed) continue;
    if (parsed->utc_offset_s) return {parsed->seconds - *parsed->utc_offset_s};
    plugin::Readings all = zone_->readings(parsed->seconds);
    if (all.empty()) unusable(time.column.name, "'" + text + "' does not exist in " + zone_->name() + ": the clocks skipped it");
    return all;
  }
  unusable(time.column.name, text.empty() ? "is empty" : "'" + text + "' matches none of the mapping's time formats");
}

plugin::Span Mapping::span(const std::vector<std::string>& row) const {
  const plugin::Readings begins = readings(begin_, row);
  std::optional<std::int64_t> duration;
  if (duration_ && (!end_ || !row[duration_->index].empty())) {
    duration = read_amount(row[duration_->index], duration_scale_, duration_->name);
    if (*duration > 366 * kSecondsADay) unusable(duration_->name, "is longer than a year");
  }
  if (!end_) return {begins.front(), begins.front() + *duration};
  const auto chosen = plugin::choose(begins, readings(*end_, row), duration);
  if (!chosen) unusable(end_->column.name, "'" + row[end_->column.index] + "' is before the begin");
  return *chosen;
}

std::string Mapping::mode(const std::vector<std::string>& row) const {
  if (!mode_) return constant_mode_;
  const std::string& value = row[mode_->index];
  const auto found = modes_.find(value);
  if (found == modes_.end()) unusable(mode_->name, "'" + value + "' is not among the mapping's values");
  return found->second;
}

std::string Mapping::event_id(const std::vector<std::string>& row) const {
  if (event_id_) {
    if (row[event_id_->index].empty()) unusable(event_id_->name, "is empty");
    return row[event_id_->index];
  }
  // Each field with its length, so that no two rows run together to the same bytes.
  std::string all;
  for (const std::string& field : row) all += std::to_string(field.size()) + ":" + field;
  return plugin::sha256_hex({all}, 16);
}

}  // namespace greentill::journal
