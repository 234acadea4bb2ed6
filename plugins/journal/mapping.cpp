// SPDX-License-Identifier: Apache-2.0
// A trip from a row.
#include "plugins/journal/mapping.hpp"

#include <algorithm>

#include "daemon/base/calendar.hpp"
#include "plugins/common/values/ids.hpp"
#include "plugins/journal/spelling.hpp"

namespace greentill::journal {
namespace {

[[noreturn]] void unusable(const Column& column, const std::string& what) {
  throw plugin::Unusable("column '" + column.name() + "': " + what);
}

const std::string& filled(const Column& column, const Fields& row) {
  if (column.of(row).empty()) unusable(column, "is empty");
  return column.of(row);
}

}  // namespace

void Mapping::bind(const Fields& header, char delimiter) {
  width_ = header.size();
  journal::bind(columns(), header, delimiter);
}

plugin::Transaction Mapping::make(const Fields& row) const {
  check_left_out(row);
  plugin::Transaction trip;
  trip.issuer = issuer_;
  trip.kind = GT_KIND_TRIP;
  trip.event_id = event_id(row);
  if (till_) trip.till = till_->of(row);
  if (receipt_number_) trip.receipt_number = receipt_number_->of(row);
  const plugin::Span when = span(row);
  trip.begin = when.begin;
  trip.end = when.end;
  trip.mode = mode(row);
  measure(row, trip);
  return trip;
}

bool Mapping::is_left_out(const LeftOut& rule, const Column& column, const Fields& row) const {
  if (rule.has(column.of(row))) return true;
  // Where the column names a station, what the file of stations calls it counts as well.
  const bool names_station = std::any_of(quantities_.begin(), quantities_.end(), [&](const Quantity& quantity) {
    return quantity.kind == Quantity::Kind::stations && std::any_of(quantity.columns.begin(), quantity.columns.end(),
                                                                    [&](const Column& c) { return c.index() == column.index(); });
  });
  const auto station = names_station ? find_station_(column.of(row)) : std::nullopt;
  return station && std::any_of(station->names.begin(), station->names.end(), [&](const auto& name) { return rule.has(name); });
}

void Mapping::check_left_out(const Fields& row) const {
  for (const LeftOut& rule : left_out_) {
    for (const Column& column : rule.columns) {
      if (!is_left_out(rule, column, row)) continue;
      throw plugin::LeftOut("column '" + column.name() + "': the mapping leaves its value out: no customer's ride");
    }
  }
}

void Mapping::measure(const Fields& row, plugin::Transaction& trip) const {
  for (const Quantity& quantity : quantities_) {
    if (quantity.substitute && !trip.quantities.empty()) continue;
    const bool empty = quantity.columns.size() == 1 && quantity.columns[0].of(row).empty();
    if (!quantity.optional || !empty) trip.quantities.push_back({quantity.unit, amount(quantity, row)});
  }
  if (trip.quantities.empty()) throw plugin::Unusable("it has none of the mapping's quantities, such as a distance");
}

std::int64_t Mapping::amount(const Quantity& quantity, const Fields& row) const {
  const auto& columns = quantity.columns;
  switch (quantity.kind) {
    case Quantity::Kind::column: return amount(columns[0], quantity.scale, row);
    case Quantity::Kind::stations: return plugin::great_circle_m(station(columns[0], row), station(columns[1], row));
    case Quantity::Kind::great_circle: break;
  }
  return plugin::great_circle_m(place(columns[0], columns[1], row), place(columns[2], columns[3], row));
}

std::string Mapping::number(std::string_view text) const {
  std::string plain(text);
  if (!decimal_comma_) return plain;
  // A point would separate thousands, of which nobody knows where they end.
  if (plain.find('.') != std::string::npos) return {};
  std::replace(plain.begin(), plain.end(), ',', '.');
  return plain;
}

std::int64_t Mapping::amount(const Column& column, const Decimal& scale, const Fields& row) const {
  const auto decimal = Decimal::parse_unsigned(number(filled(column, row)));
  const auto product = decimal ? decimal->times(scale) : std::nullopt;
  const auto amount = product ? product->in_units(0, Rounding::down) : std::nullopt;
  if (!amount) unusable(column, "it is no amount");
  return *amount;
}

plugin::Coordinates Mapping::place(const Column& latitude, const Column& longitude, const Fields& row) const {
  const std::string north = number(filled(latitude, row));
  const std::string east = number(filled(longitude, row));
  if (!plugin::parse_degrees(north, 90)) unusable(latitude, "it is no coordinate");
  if (!plugin::parse_degrees(east, 180)) unusable(longitude, "it is no coordinate");
  const auto place = plugin::parse_place(north, east);
  if (!place) unusable(latitude, "0, 0 stands for no place");
  return *place;
}

plugin::Coordinates Mapping::station(const Column& column, const Fields& row) const {
  const auto station = find_station_(filled(column, row));
  if (!station) unusable(column, "there is no station with its id");
  if (!station->place) unusable(column, "its station " + station->problem);
  return *station->place;
}

plugin::Readings Mapping::readings(const Time& time, const Fields& row) const {
  std::string text;
  for (const Column& column : time.columns) text += (text.empty() ? "" : " ") + filled(column, row);
  const Column& first = time.columns.front();
  for (const std::string& format : time.formats) {
    const auto parsed = parse_time(text, format);
    if (!parsed) continue;
    if (parsed->utc_offset_s) return {parsed->seconds - *parsed->utc_offset_s};
    plugin::Readings all = zone_->readings(parsed->seconds);
    if (all.empty()) unusable(first, "its time does not exist in " + zone_->name() + ": the clocks skipped it");
    return all;
  }
  unusable(first, "it matches none of the mapping's time formats");
}

plugin::Span Mapping::span(const Fields& row) const {
  const plugin::Readings begins = readings(begin_, row);
  std::optional<std::int64_t> duration;
  if (duration_ && (!end_ || !duration_->of(row).empty())) {
    duration = amount(*duration_, duration_scale_, row);
    if (*duration > 366 * kSecondsADay) unusable(*duration_, "is longer than a year");
  }
  if (!end_) return {begins.front(), begins.front() + *duration};
  const auto chosen = plugin::choose(begins, readings(*end_, row), duration);
  if (!chosen) unusable(end_->columns.front(), "it is before the begin");
  return *chosen;
}

std::string Mapping::mode(const Fields& row) const {
  if (!mode_) return constant_mode_;
  const std::string& value = mode_->of(row);
  if (const auto found = modes_.find(value); found != modes_.end()) return found->second;
  const auto found = spelled_.find(spelling(value));
  if (found == spelled_.end() || found->first.empty() || found->second.empty())
    unusable(*mode_, "its value is not among the mapping's");
  return found->second;
}

std::string Mapping::event_id(const Fields& row) const {
  if (event_id_) return filled(*event_id_, row);
  // Each field with its length, so that no two rows run together to the same bytes.
  std::string all;
  for (const std::string& field : row) all += std::to_string(field.size()) + ":" + field;
  return plugin::sha256_hex({all}, 16);
}

}  // namespace greentill::journal
