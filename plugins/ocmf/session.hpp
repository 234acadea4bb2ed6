// SPDX-License-Identifier: Apache-2.0
// A charging session, put together from its readings, and whether it may be claimed. Nothing is guessed: what gives reason to
// doubt is kept as a reason. Threads: one thread.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "plugins/ocmf/reading.hpp"

namespace greentill::ocmf {

/// What a session may be at most to be believed.
struct Plausible {
  std::int64_t max_power_kw = 400;
  std::int64_t max_session_kwh = 250;
  std::string clocks = "SRI";  ///< the time states (table 19) that are good enough
};

class Session {
 public:
  explicit Session(const Plausible& plausible) : plausible_(plausible) {}

  void add(const Reading& reading);
  /// The state of the user's identification, table 11.
  void add_user_level(std::string_view level);
  /// One reason more to doubt it; the same again counts once.
  void doubt(const std::string& reason);

  [[nodiscard]] bool has_begun() const { return begin_.has_value(); }
  [[nodiscard]] bool is_over() const { return end_.has_value(); }

  struct Result {
    std::int64_t begin = 0;
    std::int64_t end = 0;                   ///< not before begin
    std::optional<std::int64_t> energy_wh;  ///< rounded down
    std::string current;                    ///< AC, DC or empty
    std::vector<std::string> doubts;        ///< empty: it may be claimed
  };
  /// Requires: a reading was added.
  [[nodiscard]] Result result() const;

 private:
  struct Meter {
    Register kind = Register::other;
    std::string unit;
    Decimal first;
    Decimal last;
    bool at_begin = false;
    bool at_end = false;
  };
  void check_reading(const Reading& reading);
  void take_time(const Reading& reading);
  void take_value(const Reading& reading);
  [[nodiscard]] Register counted(std::vector<std::string>& doubts) const;
  [[nodiscard]] std::optional<std::int64_t> energy(std::vector<std::string>& doubts, bool& in_wh) const;
  void check_plausible(std::int64_t energy_wh, bool in_wh, std::vector<std::string>& doubts) const;

  Plausible plausible_;
  std::optional<std::int64_t> begin_;
  std::optional<std::int64_t> end_;
  std::optional<std::int64_t> first_time_;
  std::optional<std::int64_t> last_time_;
  std::string current_;
  std::map<std::string, Meter> registers_;  // of energy, by OBIS code
  std::vector<std::string> doubts_;
};

}  // namespace greentill::ocmf
