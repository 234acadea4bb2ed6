// SPDX-License-Identifier: Apache-2.0
// What mappings of our own make of rows.
#pragma once

#include "tests/unit/plugins/journal/decoding.hpp"

namespace greentill::journal::test {

inline const std::string kStations = R"(
issuer = "x"
zone = "Etc/UTC"
begin = { column = "b", formats = ["%H:%M"] }
end = { column = "b", formats = ["%H:%M"] }
mode = { constant = "bike.shared" }
event_id = { whole_row = true }
quantities = { "m.odometer" = { column = "m", optional = true }, "m.stations" = { stations = ["f", "t"], substitute = true } }
)";

/// Two stations on a meridian, a hundredth of a degree apart: 1111.95 m.
inline std::optional<Station> two_stations(std::string_view id) {
  if (id == "001") return Station{plugin::Coordinates{60.17, 24.94}};
  if (id == "002") return Station{plugin::Coordinates{60.18, 24.94}};
  return std::nullopt;
}

/// What each row is, or why it is none.
inline std::vector<std::string> made(const std::string& mapping, const std::string& text,
                                     const MappingOverrides& overrides = {}) {
  const auto decoder = csv_decoder(Mapping::parse(mapping, "m.toml", overrides));
  decoder->begin_file();
  std::vector<std::string> all;
  std::string_view rest = text;
  while (const auto row = decoder->next(rest, true)) {
    rest.remove_prefix(row->size);
    if (!row->problem.empty()) all.push_back(why_none(*row));
    if (!row->transaction) continue;
    const plugin::Transaction& t = *row->transaction;
    std::string shown =
        t.issuer + " " + t.event_id + " " + t.mode + " " + std::to_string(t.begin) + "+" + std::to_string(t.end - t.begin);
    for (const auto& quantity : t.quantities) shown += " " + quantity.unit + "=" + std::to_string(quantity.value);
    all.push_back(shown);
  }
  return all;
}

}  // namespace greentill::journal::test
