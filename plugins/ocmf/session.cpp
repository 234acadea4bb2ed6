// SPDX-License-Identifier: Apache-2.0
#include "plugins/ocmf/session.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "daemon/base/text.hpp"
#include "plugins/common/values/units.hpp"

namespace greentill::ocmf {
namespace {

constexpr std::size_t kMostRegisters = 16;
/// 2017-01-01, before which there was no OCMF: a clock that was never set begins at 1970 or 2000.
constexpr std::int64_t kFirstTime = 1'483'228'800;

/// Table 10.
constexpr std::array<std::pair<std::string_view, std::string_view>, 11> kStates{{{"N", "the meter was not there"},
                                                                                 {"T", "the meter did not answer in time"},
                                                                                 {"D", "the meter was disconnected"},
                                                                                 {"R", "the meter was removed"},
                                                                                 {"M", "the meter was manipulated"},
                                                                                 {"X", "the meter was exchanged"},
                                                                                 {"I", "the meter is incompatible"},
                                                                                 {"O", "the meter's value is out of its range"},
                                                                                 {"S", "the meter's value is a substitute"},
                                                                                 {"E", "the meter had an error"},
                                                                                 {"F", "the meter was not read correctly"}}};

bool is_end(char transaction) { return std::string_view("ELRAP").find(transaction) != std::string_view::npos; }

void add_once(std::vector<std::string>& to, const std::string& one) {
  if (std::find(to.begin(), to.end(), one) == to.end()) to.push_back(one);
}

}  // namespace

void Session::doubt(const std::string& reason) { add_once(doubts_, reason); }

void Session::add_user_level(std::string_view level) {
  const bool good = is_one_of(level, {"", "NONE", "HEARSAY", "TRUSTED", "VERIFIED", "CERTIFIED", "SECURE"});
  if (!good) doubt("the user's identification failed");
}

void Session::add(const Reading& reading) {
  check_reading(reading);
  take_time(reading);
  take_value(reading);
  if (current_.empty() && (reading.current == "AC" || reading.current == "DC")) current_ = reading.current;
}

void Session::check_reading(const Reading& reading) {
  if (reading.status != "G") {
    const auto state = std::find_if(kStates.begin(), kStates.end(), [&](const auto& s) { return s.first == reading.status; });
    doubt(state != kStates.end() ? std::string(state->second) : "the meter's state is none that OCMF has");
  }
  if (reading.errors.find('E') != std::string::npos) doubt("its energy is flagged as unusable");
  if (reading.errors.find('t') != std::string::npos) doubt("its time is flagged as unusable");
  if (reading.errors.find_first_not_of("Et") != std::string::npos) doubt("an error is flagged that OCMF does not have");
  if (reading.transaction == 'X') doubt("an error was met while charging");
  if (reading.transaction == '\0') doubt("a reading does not say what it is of the session (TX)");
  if (reading.clock == '\0' || plausible_.clocks.find(reading.clock) == std::string::npos) {
    doubt(reading.clock == 'U' ? "its clock was not synchronised" : "its clock is not known to be good enough");
  }
}

void Session::take_time(const Reading& reading) {
  if (last_time_ && reading.time < *last_time_) doubt("its readings are not in the order of their times");
  if (reading.time < kFirstTime) doubt("its clock was never set: it stands before 2017");
  last_time_ = reading.time;
  if (!first_time_) first_time_ = reading.time;
  if (reading.transaction == 'B') {
    if (end_) doubt("it begins again after its end");
    if (!begin_) begin_ = reading.time;
  } else if (!begin_) {
    doubt("its begin is missing");
  } else if (end_ && !is_end(reading.transaction)) {
    doubt("it goes on after its end");
  }
  if (is_end(reading.transaction) && !end_) end_ = reading.time;
}

void Session::take_value(const Reading& reading) {
  const Register kind = register_of(reading.obis);
  if (!reading.value || kind == Register::other) return;
  const bool first = !registers_.contains(reading.obis);
  if (first && registers_.size() >= kMostRegisters) return doubt("it has more than 16 registers");
  Meter& meter = registers_[reading.obis];
  if (first) meter = {kind, reading.unit, *reading.value, *reading.value, false, false};
  if (meter.unit != reading.unit) doubt("the unit of a register changes");
  const auto step = reading.value->plus(meter.last.negated());
  if (!step || step->sign() < 0) doubt("a register goes backwards");
  meter.last = *reading.value;
  if (reading.transaction == 'B') meter.at_begin = true;
  if (is_end(reading.transaction)) meter.at_end = true;
}

/// Those of single tariffs count where there is none for all: then it must be one, since nobody says which of several it was.
Register Session::counted(std::vector<std::string>& doubts) const {
  const auto registers = [this](Register kind) {
    return std::count_if(registers_.begin(), registers_.end(), [&](const auto& one) { return one.second.kind == kind; });
  };
  if (registers(Register::import) > 0) return Register::import;
  if (registers(Register::import_tariff) > 1) add_once(doubts, "it has registers of several tariffs and none for all of them");
  return Register::import_tariff;
}

/// Of several registers to the car (before and behind the cable) the least counts.
std::optional<std::int64_t> Session::energy(std::vector<std::string>& doubts, bool& in_wh) const {
  std::optional<std::int64_t> least;
  const Register kind = counted(doubts);
  for (const auto& [obis, meter] : registers_) {
    const auto difference = meter.last.plus(meter.first.negated());
    if (meter.kind == Register::export_back && (!difference || difference->sign() != 0)) {
      add_once(doubts, "the car gave energy back");
    }
    if (meter.kind != kind) continue;
    if (!meter.at_begin || !meter.at_end) {
      add_once(doubts, "a register was not read at begin and end");
      continue;
    }
    const auto unit = plugin::unit_of(meter.unit);
    if (!unit || unit->measure != plugin::Measure::energy) {
      add_once(doubts, "a register's unit is neither kWh nor Wh");
      continue;
    }
    const auto watt_hours = difference ? difference->times(unit->size) : std::nullopt;
    const auto energy = watt_hours ? watt_hours->in_units(0, Rounding::down) : std::nullopt;
    if (!energy || *energy < 0 || (least && *least <= *energy)) continue;
    least = energy;
    in_wh = unit->size == *Decimal::parse("1");
  }
  if (!least) add_once(doubts, "it has no energy to the car (OBIS 1.8, 98.8 or B0 to B3)");
  return least;
}

void Session::check_plausible(std::int64_t energy_wh, bool in_wh, std::vector<std::string>& doubts) const {
  __extension__ using Int128 = __int128;
  // Times are cut to seconds: the session may have lasted up to one more.
  const Int128 seconds = *end_ - *begin_ + 1;
  const auto fits = [&](Int128 wh) {
    return wh * 3600 <= seconds * plausible_.max_power_kw * 1000 && wh <= Int128{plausible_.max_session_kwh} * 1000;
  };
  if (energy_wh > plausible_.max_session_kwh * 1000) {
    add_once(doubts, "more energy than a session can have (" + std::to_string(plausible_.max_session_kwh) + " kWh)");
  } else if (!fits(energy_wh)) {
    add_once(doubts, "more energy than its time allows (" + std::to_string(plausible_.max_power_kw) + " kW)");
  }
  if (in_wh && energy_wh > 0 && fits(Int128{energy_wh} * 1000)) {
    add_once(doubts, "so little energy in Wh that it may be kWh");
  }
}

Session::Result Session::result() const {
  Result result;
  result.begin = begin_.value_or(first_time_.value_or(0));
  result.end = std::max(result.begin, end_.value_or(last_time_.value_or(result.begin)));
  result.current = current_;
  result.doubts = doubts_;
  if (!begin_ || !end_) return result;
  if (*end_ < *begin_) add_once(result.doubts, "it ends before it begins");
  bool in_wh = false;
  result.energy_wh = energy(result.doubts, in_wh);
  if (result.energy_wh && *end_ >= *begin_) check_plausible(*result.energy_wh, in_wh, result.doubts);
  return result;
}

}  // namespace greentill::ocmf
