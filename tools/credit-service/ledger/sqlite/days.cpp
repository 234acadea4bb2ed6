// SPDX-License-Identifier: Apache-2.0
// What devices ask for by day, which days stood out, and how days of a class lie.
#include <algorithm>

#include "tools/credit-service/ledger/sqlite/sqlite_store.hpp"
#include "tools/credit-service/registry/tables/rows.hpp"

namespace greentill::credit {
namespace {

using sqlite::Query;

constexpr std::string_view kBetween("\0", 1);

}  // namespace

Status SqliteStore::prepare_days() {
  return sqlite::prepare_all(
      database_,
      {{screened_,
        "SELECT device, activity, day, value, words, lifted_at FROM screened WHERE device = ? AND activity = ? "
        "AND lifted_at IS NULL ORDER BY day LIMIT 1"},
       {add_day_,
        "INSERT INTO device_days VALUES(?1, ?2, ?3, ?4, ?5, ?6, NULL) ON CONFLICT DO UPDATE SET asked = asked + ?4, "
        "first = min(first, ?5), last = max(last, ?6), looked = min(looked, asked + ?4)"},
       {find_day_, "SELECT asked, first, last, looked FROM device_days WHERE device = ? AND activity = ? AND day = ?"}});
}

Status SqliteStore::count_asked(const std::string& device, const std::string& activity, const DayValue& value,
                                std::int64_t claim) {
  return as_one([&]() -> Status {
    key_.assign(device).append(kBetween).append(activity).append(kBetween).append(std::to_string(value.day));
    const auto [found, is_new] = days_.try_emplace(key_);
    DayCount& count = found->second;
    if (is_new) count = {device, activity, {value.day, 0}, claim, claim};
    count.value.mg += value.mg;
    count.first = std::min(count.first, claim);
    count.last = std::max(count.last, claim);
    return Done{};
  });
}

Status SqliteStore::write_days() {
  for (const auto& [key, one] : days_) {
    Status written = add_day_.run(one.device, one.activity, one.value.day, one.value.mg, one.first, one.last);
    if (!written) return written;
  }
  days_.clear();
  return Done{};
}

Result<std::optional<DeviceDay>> SqliteStore::device_day(const std::string& device, const std::string& activity,
                                                         std::int64_t day) {
  if (Status written = write_days(); !written) return Failure{written.error()};
  const auto read = [](const Query& row) {
    return std::optional(DeviceDay{row.integer(0), row.integer(1), row.integer(2), row.optional(3)});
  };
  return only(list_of<DeviceDay>(find_day_, read, device, activity, day));
}

Result<std::vector<DayValue>> SqliteStore::days_asked(const std::string& device, const std::string& activity, std::int64_t from,
                                                      std::int64_t to) {
  if (Status written = write_days(); !written) return Failure{written.error()};
  const auto read = [](const Query& row) { return std::optional(DayValue{row.integer(0), row.integer(1)}); };
  return list<DayValue>(read,
                        "SELECT day, asked FROM device_days WHERE device = ? AND activity = ? AND day BETWEEN ? AND ? "
                        "AND asked > 0 ORDER BY day",
                        device, activity, from, to);
}

Status SqliteStore::put_looked(const std::string& device, const std::string& activity, const DayValue& value) {
  return run_once("UPDATE device_days SET looked = ? WHERE device = ? AND activity = ? AND day = ?", value.mg, device, activity,
                  value.day);
}

Result<std::optional<Screened>> SqliteStore::screened(const std::string& device, const std::string& activity) {
  if (!is_inside_) return only(list_of<Screened>(screened_, screened_of_row<Query>, device, activity));
  // Asked for each claim of a batch.
  key_.assign(device).append(kBetween).append(activity);
  if (const auto known = screened_now_.find(key_); known != screened_now_.end()) return known->second;
  auto found = only(list_of<Screened>(screened_, screened_of_row<Query>, device, activity));
  if (found) screened_now_.emplace(key_, *found);
  return found;
}

Status SqliteStore::put_screened(const Screened& screened) {
  screened_now_.clear();
  return run_once(
      "INSERT INTO screened VALUES(?1, ?2, ?3, ?4, ?5, ?6) ON CONFLICT DO UPDATE SET value = ?4, words = ?5, lifted_at = ?6",
      screened.device, screened.activity, screened.day, screened.value, screened.words, screened.lifted_at);
}

Status SqliteStore::lift_screened(const std::string& device, std::int64_t at) {
  screened_now_.clear();
  return run_once("UPDATE screened SET lifted_at = ? WHERE device = ? AND lifted_at IS NULL", at, device);
}

Result<std::vector<ClassDay>> SqliteStore::class_days(Device::Class is, const std::string& activity) {
  return list<ClassDay>(class_day_of_row<Query>,
                        "SELECT slot, merchant, device, day, mg FROM class_days WHERE class = ? AND activity = ? ORDER BY slot",
                        static_cast<int>(is), activity);
}

Status SqliteStore::put_class_day(Device::Class is, const std::string& activity, const ClassDay& day) {
  return run_once(
      "INSERT INTO class_days VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7) ON CONFLICT DO UPDATE SET merchant = ?4, device = ?5, day = ?6, "
      "mg = ?7",
      static_cast<int>(is), activity, day.slot, day.merchant, day.device, day.value.day, day.value.mg);
}

}  // namespace greentill::credit
