// SPDX-License-Identifier: Apache-2.0
// A methodology: one published version of how one activity is measured, as loaded from config/methodologies. A version never
// changes; it is known by the SHA-256 of its file's exact bytes. docs/methodologies.md describes the file.
// Threads: immutable after loading, safe from any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/base/bytes.hpp"

namespace greentill::measure {

/// Where a number comes from. Every number of a methodology has one.
struct Source {
  std::string publisher;
  std::string document;
  std::string table;
  std::string region;
  std::string year;
};

enum class Role : std::uint8_t { baseline, project, leakage };

/// One term of the net factor per base unit, its share of a mix already applied (towards the cautious side).
struct Term {
  std::string id;
  Role role = Role::baseline;
  std::int64_t factor_ug = 0;         ///< µg CO2e per base unit, never negative
  std::uint32_t uncertainty_ppm = 0;  ///< relative standard uncertainty
  Source source;
};

/// An uncertainty that belongs to no single term: of the displacement, of reading the distance, of the model.
struct Uncertainty {
  std::string id;
  std::uint32_t relative_ppm = 0;
  Source source;
};

/// A quantity key that may be the measured quantity, in order of preference, and what turns it into base units.
struct Measured {
  std::string key;                           ///< "m.odometer", "m.stations", "g", "pieces"
  std::uint64_t multiplier_ppm = 1'000'000;  ///< the detour factor of straight lines, the mass of a piece, else 1
  std::uint32_t uncertainty_ppm = 0;         ///< of this way of reading the quantity
};

/// Limits of one event. An event below `min` or beyond what is plausible is not claimed; one above `max_credited` counts as that
/// much. The account limits change no amount, and whoever checks a claim does not look at them: only the terminal knows who
/// repeats an act.
struct Limits {
  std::int64_t min = 1;                       ///< base units
  std::optional<std::int64_t> max_credited;   ///< base units
  std::optional<std::int64_t> max_plausible;  ///< base units
  std::optional<std::int64_t> min_duration_s;
  std::optional<std::int64_t> max_duration_s;
  std::optional<std::int64_t> max_speed_mm_per_s;  ///< for quantities in metres
  /// 1 to 1000; further events that an account begins in the same UTC day are not claimed
  std::optional<std::int64_t> account_events_per_day;
  std::optional<std::int64_t> account_min_interval_s;  ///< 1 to 86,400, between the begins of one account's events
};

/// What two reports must share to be the same act: the event alone, or the event and the line.
enum class EventLine : std::uint8_t { whole_event, each_line };

struct Methodology {
  std::string id;
  std::uint64_t version = 0;
  Digest sha256{};
  std::string title;
  std::string activity;
  std::string exclusive_group;  ///< the activity's own name where the file names none
  EventLine event_line = EventLine::whole_event;
  std::string boundary;        ///< "tank-to-wheel", "well-to-wheel", "life-cycle"
  std::string evidence_grade;  ///< "metered", "scanned", "declared"
  std::string baseline;        ///< the named alternative or mix, in words
  std::string region;
  std::string zero_reason;                  ///< why an act is worth nothing, where the file foresees that; else empty
  std::int64_t valid_from = 0;              ///< inclusive; Unix seconds
  std::optional<std::int64_t> valid_until;  ///< exclusive; Unix seconds
  std::vector<Measured> measured;
  std::vector<Term> terms;
  std::uint32_t displacement_ppm = 1'000'000;
  std::vector<Uncertainty> uncertainties;
  Limits limits;
};

}  // namespace greentill::measure
