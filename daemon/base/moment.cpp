// SPDX-License-Identifier: Apache-2.0
#include "daemon/base/moment.hpp"

#include <sys/stat.h>

#include <algorithm>
#include <array>

#include "daemon/base/calendar.hpp"
#include "daemon/base/time_text.hpp"

namespace greentill {
namespace {

// A file system may round a time of writing up, and a clock is set in small steps.
constexpr std::int64_t kSlackSeconds = 60;

}  // namespace

std::string utc_text(std::int64_t unix_seconds) {
  const auto text = clock_text(unix_seconds, ' ');
  return text ? *text + " UTC" : std::to_string(unix_seconds) + " s after 1970";
}

std::string span_text(std::int64_t seconds) {
  struct Unit {
    std::int64_t seconds;
    const char* name;
  };
  constexpr std::array<Unit, 4> kUnits{{{kSecondsADay, "day"}, {kSecondsAnHour, "hour"}, {60, "minute"}, {1, "second"}}};
  const std::int64_t span = seconds < 0 ? -seconds : seconds;
  for (const Unit& unit : kUnits) {
    if (span < unit.seconds && unit.seconds > 1) continue;
    const std::int64_t count = span / unit.seconds;
    return std::to_string(count) + ' ' + unit.name + (count == 1 ? "" : "s");
  }
  return {};
}

std::string shown_by(const Clock& clock) {
  return utc_text(clock.unix_seconds()) +
         (clock.synchronised() ? ", and a time server keeps it" : ", and no time server keeps it");
}

std::optional<std::int64_t> database_written(const std::filesystem::path& path) {
  std::optional<std::int64_t> latest;
  for (const char* suffix : {"", "-wal"}) {
    struct stat state {};
    if (::stat((path.string() + suffix).c_str(), &state) != 0) continue;
    latest = std::max<std::int64_t>(latest.value_or(INT64_MIN), state.st_mtime);
  }
  return latest;
}

std::optional<std::string> clock_fault(const Clock& clock, std::optional<std::int64_t> written, const std::string& what) {
  const std::int64_t now = clock.unix_seconds();
  const std::string shown = "this machine's clock shows " + shown_by(clock);
  if (now < kReleased) return shown + ": that is before this version was made (" + utc_text(kReleased) + "). Set the clock";
  if (!written || now + kSlackSeconds >= *written) return std::nullopt;
  return shown + ": that is " + span_text(*written - now) + " before " + what + " was last written (" + utc_text(*written) +
         "). Set the clock, unless it was wrong then";
}

}  // namespace greentill
