// SPDX-License-Identifier: Apache-2.0
// A mapping from its file.
#include <algorithm>
#include <utility>

#include "daemon/base/text.hpp"
#include "daemon/base/wall_time.hpp"
#include "daemon/event/limits.hpp"
#include "plugins/common/readers/configuration.hpp"
#include "plugins/common/readers/encoding.hpp"
#include "plugins/journal/mapping.hpp"
#include "plugins/journal/spelling.hpp"

namespace greentill::journal {
namespace {

using toml::Table;

Decimal read_scale(const Table& toml) {
  const auto scale = Decimal::parse_unsigned(toml.text_or("scale", "1"));
  if (!scale || scale->sign() == 0) toml.wrong("scale", "must be a positive decimal in quotes, such as \"1000\" or \"0.001\"");
  return *scale;
}

std::vector<Column> as_columns(const std::vector<std::string>& names) { return {names.begin(), names.end()}; }

}  // namespace

Mapping Mapping::configured(const Table& toml, FindStation find_station) {
  const std::string name = toml.filled_text("mapping");
  if (name.find('/') != std::string::npos) toml.wrong("mapping", "must be the name of a file in the mappings folder");
  const std::filesystem::path file = std::filesystem::path(toml.text("mappings")) / (name + ".toml");
  const std::string issuer = toml.has("issuer") ? toml.filled_text("issuer", event::kMaxIssuerBytes) : "";
  return parse(plugin::read_text(file), file.string(),
               {issuer, toml.text_or("zone", ""), std::move(find_station), toml.text_or("encoding", "")});
}

Mapping Mapping::parse(std::string_view text, std::string_view name, const MappingOverrides& overrides) {
  const Table toml = plugin::read_configuration(text, name);
  Mapping mapping;
  mapping.find_station_ = overrides.find_station;
  toml.allow({"issuer", "zone", "encoding"});
  mapping.issuer_ = overrides.issuer.empty() ? toml.filled_text("issuer", event::kMaxIssuerBytes) : overrides.issuer;
  mapping.zone_.emplace(overrides.zone.empty() ? toml.text("zone") : overrides.zone);
  mapping.read_form(toml, overrides);
  mapping.read_times(toml);
  mapping.read_mode(toml);
  mapping.read_event_id(toml);
  mapping.till_ = read_name(toml, "till");
  mapping.receipt_number_ = read_name(toml, "receipt_number");
  mapping.read_left_out(toml);
  mapping.read_quantities(toml);
  toml.check();
  return mapping;
}

void Mapping::read_form(const Table& toml, const MappingOverrides& overrides) {
  const std::string delimiter = toml.text_or("delimiter", ",");
  if (delimiter.size() != 1 || delimiter == "\"" || delimiter == "\n" || delimiter == "\r") {
    toml.wrong("delimiter", "must be one character");
  }
  delimiter_ = delimiter[0];
  decimal_comma_ = toml.choice_or("decimal", {".", ","}, 0) == 1;
  encoding_ = overrides.encoding.empty() ? toml.text_or("encoding", "") : overrides.encoding;
  if (is_one_of(lower_case(encoding_), {"utf-8", "utf8"})) encoding_.clear();
  try {
    if (!encoding_.empty()) (void)plugin::Encoding(encoding_);
  } catch (const std::runtime_error& error) {
    toml.wrong("encoding", std::string("cannot be used: ") + error.what());
  }
}

Mapping::Time Mapping::read_time(const Table& toml) {
  if (toml.has("column") == toml.has("columns")) {
    toml.wrong(toml.has("column") ? "columns" : "column", "must be there, either 'column' or 'columns'");
  }
  Time time{toml.has("column") ? as_columns({toml.text("column")}) : as_columns(toml.texts("columns")), toml.texts("formats")};
  if (time.columns.empty()) toml.wrong("columns", "must hold one at least");
  if (time.formats.empty()) toml.wrong("formats", "must hold one at least");
  for (std::size_t i = 0; i < time.formats.size(); ++i) {
    if (const auto fault = time_format_fault(time.formats[i])) toml.wrong_item("formats", i, "is no format: " + *fault);
  }
  return time;
}

void Mapping::read_times(const Table& toml) {
  begin_ = read_time(toml.table("begin"));
  if (toml.has("end")) end_ = read_time(toml.table("end"));
  if (toml.has("duration")) {
    const Table duration = toml.table("duration");
    duration_ = Column{duration.text("column")};
    duration_scale_ = read_scale(duration);
  }
  if (!end_ && !duration_) toml.wrong("end", "is missing, and there is no duration either");
}

void Mapping::read_mode(const Table& toml) {
  const Table mode = toml.table("mode");
  if (mode.has("constant") == mode.has("column")) toml.wrong("mode", "needs either a constant or a column with its values");
  if (mode.has("constant")) {
    constant_mode_ = mode.text("constant");
    return;
  }
  mode_ = Column{mode.text("column")};
  const Table values = mode.table("values");
  for (const std::string& value : values.keys()) {
    modes_[value] = values.text(value);
    const auto [found, is_new] = spelled_.try_emplace(spelling(value), modes_[value]);
    if (!is_new && found->second != modes_[value]) found->second.clear();  // of "e" and "E" the spelling counts after all
  }
}

void Mapping::read_event_id(const Table& toml) {
  const Table event = toml.table("event_id");
  if (event.has("column") == event.boolean_or("whole_row", false)) {
    toml.wrong("event_id", "needs either a column or whole_row = true");
  }
  if (event.has("column")) event_id_ = Column{event.text("column")};
}

/// A column that people know the row by; nothing where the mapping names none.
std::optional<Column> Mapping::read_name(const Table& toml, const char* key) {
  if (!toml.has(key)) return std::nullopt;
  return Column{toml.table(key).text("column")};
}

void Mapping::read_left_out(const Table& toml) {
  for (const Table& rule : toml.tables("leave_out")) {
    left_out_.push_back({as_columns(rule.texts("columns")), rule.texts("values")});
    if (left_out_.back().columns.empty()) rule.wrong("columns", "must hold one at least");
    const std::vector<std::string>& patterns = left_out_.back().patterns;
    if (patterns.empty()) rule.wrong("values", "must hold one at least");
    for (std::size_t i = 0; i < patterns.size(); ++i) {
      if (!patterns[i].empty() && patterns[i].find_first_not_of('*') == std::string::npos) {
        rule.wrong_item("values", i, "would leave every row out");
      }
    }
  }
}

Mapping::Quantity Mapping::read_quantity(const Table& toml, const std::string& unit, const Table& from) const {
  using Kind = Quantity::Kind;
  if (from.has("column") + from.has("great_circle") + from.has("stations") != 1) {
    toml.wrong(unit, "needs either a column, or a great_circle, or stations");
  }
  if (unit.empty() || unit.size() > 32) toml.wrong(unit, "must be named by 1 to 32 bytes");
  Quantity quantity{
      unit, Kind::column, {}, read_scale(from), from.boolean_or("optional", false), from.boolean_or("substitute", false)};
  if (from.has("column")) quantity.columns.emplace_back(from.text("column"));
  if (from.has("great_circle")) {
    quantity.kind = Kind::great_circle;
    quantity.columns = as_columns(from.texts("great_circle"));
    if (quantity.columns.size() != 4) from.wrong("great_circle", "must be the columns of begin and end: [lat, lng, lat, lng]");
  }
  if (from.has("stations")) {
    quantity.kind = Kind::stations;
    quantity.columns = as_columns(from.texts("stations"));
    if (quantity.columns.size() != 2) from.wrong("stations", "must be the columns with the stations' ids: [begin, end]");
    if (!find_station_) from.wrong("stations", "goes with a source that has a file of stations alone");
  }
  return quantity;
}

void Mapping::read_quantities(const Table& mapping) {
  const Table toml = mapping.table("quantities");
  if (toml.keys().empty()) mapping.wrong("quantities", "must hold one at least: of a trip without any nothing is claimed");
  for (const std::string& unit : toml.keys()) quantities_.push_back(read_quantity(toml, unit, toml.table(unit)));
  // Substitutes are looked at when it is known whether there is anything else.
  std::stable_partition(quantities_.begin(), quantities_.end(), [](const Quantity& q) { return !q.substitute; });
}

std::vector<Column*> Mapping::columns() {
  std::vector<Column*> all;
  const auto add = [&all](std::vector<Column>& columns) {
    for (Column& column : columns) all.push_back(&column);
  };
  add(begin_.columns);
  if (end_) add(end_->columns);
  for (std::optional<Column>* column : {&duration_, &mode_, &event_id_, &till_, &receipt_number_}) {
    if (*column) all.push_back(&**column);
  }
  for (Quantity& quantity : quantities_) add(quantity.columns);
  for (LeftOut& rule : left_out_) add(rule.columns);
  return all;
}

}  // namespace greentill::journal
