// SPDX-License-Identifier: Apache-2.0
// What devices ask for by day, which days stood out, and how days of a class lie.
#include <algorithm>

#include "tools/credit-service/ledger/postgres/postgres_store.hpp"

namespace greentill::credit {

Status PostgresStore::count_asked(const std::string& device, const std::string& activity, const DayValue& value,
                                  std::int64_t claim) {
  return as_one([&]() -> Status {
    DayCount& count = days_.try_emplace(KeyOfDay(device, activity, value.day), DayCount{0, claim, claim}).first->second;
    count.mg += value.mg;
    count.first = std::min(count.first, claim);
    count.last = std::max(count.last, claim);
    return Done{};
  });
}

Status PostgresStore::write_days() {
  for (const auto& [key, one] : days_) {
    const auto& [device, activity, day] = key;
    Status written = database_.send(
        "INSERT INTO device_days AS d VALUES($1, $2, $3, $4, $5, $6, NULL) ON CONFLICT (device, activity, day) DO UPDATE SET "
        "asked = d.asked + $4, first = least(d.first, $5), last = greatest(d.last, $6), "
        "looked = CASE WHEN d.looked > d.asked + $4 THEN d.asked + $4 ELSE d.looked END",
        device, activity, day, one.mg, one.first, one.last);
    if (!written) return written;
  }
  days_.clear();
  return Done{};
}

Result<std::optional<DeviceDay>> PostgresStore::device_day(const std::string& device, const std::string& activity,
                                                           std::int64_t day) {
  if (Status written = write_days(); !written) return Failure{written.error()};
  const auto read = [](const Rows& row) {
    return std::optional(DeviceDay{row.integer(0), row.integer(1), row.integer(2), row.optional(3)});
  };
  return only<DeviceDay>(
      read, database_.ask("SELECT asked, first, last, looked FROM device_days WHERE device = $1 AND activity = $2 AND day = $3",
                          device, activity, day));
}

Result<std::vector<DayValue>> PostgresStore::days_asked(const std::string& device, const std::string& activity, std::int64_t from,
                                                        std::int64_t to) {
  if (Status written = write_days(); !written) return Failure{written.error()};
  const auto read = [](const Rows& row) { return std::optional(DayValue{row.integer(0), row.integer(1)}); };
  return list_of<DayValue>(
      read, database_.ask("SELECT day, asked FROM device_days WHERE device = $1 AND activity = $2 AND day BETWEEN $3 AND $4 "
                          "AND asked > 0 ORDER BY day",
                          device, activity, from, to));
}

Status PostgresStore::put_looked(const std::string& device, const std::string& activity, const DayValue& value) {
  return database_.send("UPDATE device_days SET looked = $1 WHERE device = $2 AND activity = $3 AND day = $4", value.mg, device,
                        activity, value.day);
}

Result<std::optional<Screened>> PostgresStore::screened(const std::string& device, const std::string& activity) {
  static const std::string sql = std::string("SELECT ") + kScreenedColumns +
                                 " FROM screened WHERE device = $1 AND activity = $2 AND lifted_at IS NULL ORDER BY day LIMIT 1";
  if (!inside_) return only<Screened>(screened_of_row<Rows>, database_.ask(sql, device, activity));
  // Asked for each claim of a batch.
  const std::pair key(device, activity);
  if (const auto known = screened_now_.find(key); known != screened_now_.end()) return known->second;
  auto found = only<Screened>(screened_of_row<Rows>, database_.ask(sql, device, activity));
  if (found) screened_now_.emplace(key, *found);
  return found;
}

Status PostgresStore::put_screened(const Screened& screened) {
  screened_now_.clear();
  return database_.send(
      "INSERT INTO screened VALUES($1, $2, $3, $4, $5, $6) ON CONFLICT (device, activity, day) DO UPDATE SET value = $4, "
      "words = $5, lifted_at = $6",
      screened.device, screened.activity, screened.day, screened.value, screened.words, screened.lifted_at);
}

Status PostgresStore::lift_screened(const std::string& device, std::int64_t at) {
  screened_now_.clear();
  return database_.send("UPDATE screened SET lifted_at = $1 WHERE device = $2 AND lifted_at IS NULL", at, device);
}

Result<std::vector<ClassDay>> PostgresStore::class_days(Device::Class is, const std::string& activity) {
  static const std::string sql =
      std::string("SELECT ") + kClassDayColumns + " FROM class_days WHERE class = $1 AND activity = $2 ORDER BY slot";
  return list_of<ClassDay>(class_day_of_row<Rows>, database_.ask(sql, static_cast<int>(is), activity));
}

Status PostgresStore::put_class_day(Device::Class is, const std::string& activity, const ClassDay& day) {
  return database_.send(
      "INSERT INTO class_days VALUES($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (class, activity, slot) DO UPDATE SET "
      "merchant = $4, device = $5, day = $6, mg = $7",
      static_cast<int>(is), activity, day.slot, day.merchant, day.device, day.value.day, day.value.mg);
}

}  // namespace greentill::credit
