// SPDX-License-Identifier: Apache-2.0
// What was booked in a period, by kind of account, and a digest by which anybody sees later that it is the same.
// docs/bookkeeping.md, "A year's close". Threads: plain data.
#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "daemon/base/bytes.hpp"
#include "tools/credit-service/ledger/things.hpp"

namespace greentill::credit {

/// Accounts of one kind. Purses that are people's are one kind, "people": one is renamed when somebody is erased.
struct KindSums {
  std::int64_t opening = 0;                ///< mg, of all that was booked before the period
  std::map<BookingKind, std::int64_t> mg;  ///< in it
  [[nodiscard]] std::int64_t closing() const {
    std::int64_t sum = opening;
    for (const auto& [kind, part] : mg) sum += part;
    return sum;
  }
};

struct YearSums {
  std::map<std::string, KindSums> kinds;
  std::int64_t bookings = 0;  ///< in the period
  Digest digest{};  ///< SHA-256 of the one before and a booking of the period, by what it is of and its number; of none: zeros
};

/// As a close keeps them: a JSON object of kinds, each with opening, moved by kind of booking, and closing.
[[nodiscard]] std::string kinds_text(const std::map<std::string, KindSums>& kinds);

}  // namespace greentill::credit
