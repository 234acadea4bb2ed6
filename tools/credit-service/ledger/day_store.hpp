// SPDX-License-Identifier: Apache-2.0
// What screening needs of a database: what devices ask for by day, which days stood out, and how days of a class lie
// (docs/ledger.md, "Screening"). A part of the store (store.hpp), whose errors and threads are these. Days are such as 20261124.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "daemon/base/error.hpp"
#include "tools/credit-service/registry/things.hpp"

namespace greentill::credit {

/// Milligrams of a day.
struct DayValue {
  std::int64_t day = 0;
  std::int64_t mg = 0;
};

/// What a device's claims of an activity ask for on a day.
struct DeviceDay {
  std::int64_t asked = 0;              ///< mg, by the claims that are accepted, held or not, before ceilings and limits
  std::int64_t first = 0;              ///< the lowest id of those that came for it, also of what is refused by now
  std::int64_t last = 0;               ///< the highest
  std::optional<std::int64_t> looked;  ///< what was asked at the last look, or since where that was less; none: no look yet

  /// Whether it has grown by half since the last look.
  [[nodiscard]] bool is_to_be_looked_at() const {
    return asked > 0 && (!looked || (asked > *looked && asked - *looked >= *looked - *looked / 2));
  }
};

/// A day of a device's that stood out, and why.
struct Screened {
  std::string device;
  std::string activity;
  std::int64_t day = 0;
  std::int64_t value = 0;  ///< mg that were looked at
  std::string words;       ///< for people
  std::optional<std::int64_t> lifted_at;
};

/// A day that did not stand out, of a device of some class.
struct ClassDay {
  std::int64_t slot = 0;  ///< by which it is replaced
  std::string merchant;
  std::string device;
  DayValue value;
};

class DayStore {
 public:
  virtual ~DayStore() = default;

  // By device.
  /// Adds to what is asked for on the day, whose claims reach to `claim`; `mg` may be below 0, and then lowers `looked` as well.
  virtual Status count_asked(const std::string& device, const std::string& activity, const DayValue& value,
                             std::int64_t claim) = 0;
  /// Nothing where no claim ever came for that day.
  virtual Result<std::optional<DeviceDay>> device_day(const std::string& device, const std::string& activity,
                                                      std::int64_t day) = 0;
  /// What was asked for on each day from `from` to `to`, both inclusive, where it was more than 0; by day.
  virtual Result<std::vector<DayValue>> days_asked(const std::string& device, const std::string& activity, std::int64_t from,
                                                   std::int64_t to) = 0;
  /// Notes what was looked at of a day that is there.
  virtual Status put_looked(const std::string& device, const std::string& activity, const DayValue& value) = 0;
  /// Of the days of the device and activity that stood out, and were not lifted, the first; nothing where none is.
  virtual Result<std::optional<Screened>> screened(const std::string& device, const std::string& activity) = 0;
  /// Notes that a day stood out, in place of what was noted of that day.
  virtual Status put_screened(const Screened& screened) = 0;
  /// Lifts all of the device's that were not.
  virtual Status lift_screened(const std::string& device, std::int64_t at) = 0;

  // By class and activity.
  /// By slot.
  virtual Result<std::vector<ClassDay>> class_days(Device::Class is, const std::string& activity) = 0;
  /// In place of what has its slot.
  virtual Status put_class_day(Device::Class is, const std::string& activity, const ClassDay& day) = 0;
};

}  // namespace greentill::credit
