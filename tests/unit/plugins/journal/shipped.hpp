// SPDX-License-Identifier: Apache-2.0
// Rows of our own in the layouts of the ready mappings, and what comes of them.
#pragma once

#include <doctest/doctest.h>

#include "tests/unit/plugins/journal/decoding.hpp"

namespace greentill::journal::test {

inline std::vector<Row> rows_of(const std::string& mapping, const std::string& text, const MappingOverrides& with = {}) {
  const auto decoder = csv_decoder(Mapping::parse(shipped_mapping(mapping), mapping, with));
  decoder->begin_file();
  std::vector<Row> rows;
  std::string_view rest = text;
  while (auto row = decoder->next(rest, true)) {
    rest.remove_prefix(row->size);
    if (row->transaction || !row->problem.empty()) rows.push_back(std::move(*row));
  }
  return rows;
}

/// "bike.shared 1669872420+600 m.track=7", or why there is none, of each row; ids that the file has come first.
inline Found rides(const std::string& mapping, const std::string& text, const MappingOverrides& with = {}) {
  Found all;
  for (const Row& row : rows_of(mapping, text, with)) {
    if (!row.transaction) {
      all.push_back(why_none(row));
      continue;
    }
    const plugin::Transaction& t = *row.transaction;
    std::string shown = t.event_id.size() == 32 ? "" : t.event_id + " ";
    shown += t.mode + " " + std::to_string(t.begin) + "+" + std::to_string(t.end - t.begin);
    for (const auto& quantity : t.quantities) shown += " " + quantity.unit + "=" + std::to_string(quantity.value);
    all.push_back(shown);
  }
  return all;
}

inline std::string left_out(const std::string& column) {
  return "left out: column '" + column + "': the mapping leaves its value out: no customer's ride";
}

inline const std::string kHelsinki =
    "Departure,Return,Departure station id,Departure station name,Return station id,Return station name,"
    "Covered distance (m),Duration (sec.)\n";

inline const std::string kLyft =
    "ride_id,rideable_type,started_at,ended_at,start_station_name,start_station_id,end_station_name,end_station_id,start_lat,"
    "start_lng,end_lat,end_lng,member_casual\n";

inline std::string lyft(const std::string& type, const std::string& from, const std::string& to, const std::string& places) {
  const auto rows = rows_of("lyft-trips", kLyft + "A1," + type + "," + from + "," + to +
                                              ",\"1 St & Ave, N\",1.01,\"2 St\",2.02," + places + ",member\n");
  REQUIRE(rows.size() == 1);
  if (!rows[0].transaction) return rows[0].problem;
  const plugin::Transaction& t = *rows[0].transaction;
  return t.event_id + " " + t.mode + " " + std::to_string(t.begin) + "+" + std::to_string(t.end - t.begin) + " " +
         t.quantities[0].unit + "=" + std::to_string(t.quantities[0].value);
}

inline const std::string kPlaces =
    "40.700000,-74.000000,40.710000,-74.000000";  // a hundredth of a degree of a meridian: 1111.95 m

}  // namespace greentill::journal::test
