// SPDX-License-Identifier: Apache-2.0
// Local times in a named zone. An hour that the clocks skipped is no time; one that they repeated has two readings, and choose()
// decides. Threads: pure functions and immutable objects, safe from any thread.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/base/wall_time.hpp"

namespace greentill::plugin {

/// The Unix times that a text can mean: one, or two in ascending order.
using Readings = std::vector<std::int64_t>;

class Zone {
 public:
  /// An IANA name ("Europe/Helsinki"). Throws std::runtime_error where the system's tz database has none such.
  explicit Zone(const std::string& name);
  /// None where the clocks skipped it.
  [[nodiscard]] Readings readings(std::int64_t wall_seconds) const;
  /// In Unix seconds, by the offset that the text states, else the first reading; nothing where it is no time or was skipped.
  [[nodiscard]] std::optional<std::int64_t> moment(const std::optional<WallTime>& wall) const;
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
