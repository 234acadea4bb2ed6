// SPDX-License-Identifier: Apache-2.0
// Local times in a named zone. A time in an hour that the clocks skip is no time; one in an hour that they repeat has two
// readings, between which choose() decides. Threads: pure functions and immutable objects, safe from any thread.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/base/wall_time.hpp"

namespace greentill::plugin {

/// The Unix times that a local time can mean: none, one, or two in ascending order.
using Readings = std::vector<std::int64_t>;

class Zone {
 public:
  /// An IANA name ("Europe/Helsinki"). Throws std::runtime_error where the system's tz database has none such, or
  /// there is no database.
  explicit Zone(const std::string& name);
  /// Empty where the clocks skip the time.
  [[nodiscard]] Readings readings(std::int64_t wall_seconds) const;
  /// Unix seconds: by the offset where the text states one, else by the first reading. Nothing where there is no time or the
  /// clocks skip it.
  [[nodiscard]] std::optional<std::int64_t> moment(const std::optional<WallTime>& wall) const;
  /// What the local clock shows at a Unix time, as WallTime::seconds.
  [[nodiscard]] std::int64_t wall_seconds(std::int64_t unix_seconds) const;
  [[nodiscard]] const std::string& name() const { return name_; }

 private:
  std::string name_;
  const void* zone_;  // in the tz database, which is never unloaded
};

struct Span {
  std::int64_t begin = 0;
  std::int64_t end = 0;
};

/// Chooses one reading of a begin and an end: 1. where a duration is given, only pairs that fit it within two minutes; 2. else
/// only pairs that do not end before they begin; 3. of several left, the earliest. Nothing where every pair ends before it
/// begins.
std::optional<Span> choose(const Readings& begins, const Readings& ends, std::optional<std::int64_t> duration_s);

}  // namespace greentill::plugin
