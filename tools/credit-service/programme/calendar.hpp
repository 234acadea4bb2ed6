// SPDX-License-Identifier: Apache-2.0
// The days and months of a named time zone, in which a programme's limits are counted. Threads: immutable, safe from any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "daemon/base/error.hpp"

namespace date {
class time_zone;
}

namespace greentill::credit {

struct CalendarDay {
  std::int64_t day = 0;    ///< 20261124 for 24 November 2026
  std::int64_t month = 0;  ///< 202611
};

/// "2026-11-24" of 20261124.
[[nodiscard]] std::string day_text(std::int64_t day);

class Calendar {
 public:
  /// `zone` is a name of the system's time zone database ("Europe/Helsinki"); invalid where it has none of that name.
  static Result<Calendar> of_zone(const std::string& zone);
  /// The zone's name.
  [[nodiscard]] const std::string& zone() const;
  /// A day as people write it, "2026-11-24", in digits: 20261124; nothing where there is no such date from the year 1 on.
  [[nodiscard]] std::optional<std::int64_t> day_of(std::string_view text) const;
  /// The local date. Years outside 1 to 9999 are counted as 1 or 9999.
  [[nodiscard]] CalendarDay local(std::int64_t unix_seconds) const;
  /// The first second (Unix) of a local day, such as 20261124; nothing where there is no such date.
  [[nodiscard]] std::optional<std::int64_t> begin_of(std::int64_t day) const;
  /// The first second of the local day after it.
  [[nodiscard]] std::optional<std::int64_t> end_of(std::int64_t day) const;

 private:
  explicit Calendar(const date::time_zone* zone) : zone_(zone) {}
  [[nodiscard]] std::optional<std::int64_t> begin_of(std::int64_t day, int days_later) const;
  const date::time_zone* zone_;
};

}  // namespace greentill::credit
