// SPDX-License-Identifier: Apache-2.0
// Times as files write them. Local times are read in a named zone, strictly: what does not match a format to the last character,
// or names an hour that the clocks skipped, is no time. An hour that the clocks repeated has two readings, and choose() decides.
// Threads: pure functions and immutable objects, safe from any thread.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace greentill::plugin {

/// What a text says, before any zone: seconds since 1970-01-01 00:00 on the local clock, and the offset where it states one.
struct WallTime {
  std::int64_t seconds = 0;
  std::optional<std::int64_t> utc_offset_s;
};

/// Formats: %Y (4 digits), %m %d %H (1 or 2), %M %S (2; a 60th second is the next minute's first), %f (1 to 9 digits of a
/// fraction, dropped), %z (Z, +hh:mm or +hhmm). Every other character stands for itself. Nothing where the text does not match or
/// the date or hour does not exist.
std::optional<WallTime> parse_time(std::string_view text, std::string_view format);

/// The Unix times that a text can mean: one, or two in ascending order.
using Readings = std::vector<std::int64_t>;

class Zone {
 public:
  /// An IANA name ("Europe/Helsinki"). Throws std::runtime_error where the system's tz database has none such.
  explicit Zone(const std::string& name);
  /// None where the clocks skipped it.
  [[nodiscard]] Readings readings(std::int64_t wall_seconds) const;
  /// The local clock at a moment, as WallTime::seconds.
  [[nodiscard]] std::int64_t wall_seconds(std::int64_t unix_seconds) const;
  [[nodiscard]] const std::string& name() const { return name_; }

 private:
  std::string name_;
  const void* zone_;  // of the tz database, which is never unloaded
};

struct Span {
  std::int64_t begin = 0;
  std::int64_t end = 0;
};

/// The reading of a begin and an end: 1. where a duration is given, those that fit it within two minutes; 2. else those that do
/// not end before they begin; 3. of several left, the earliest. Nothing where all end before they begin.
std::optional<Span> choose(const Readings& begins, const Readings& ends, std::optional<std::int64_t> duration_s);

}  // namespace greentill::plugin
