// SPDX-License-Identifier: Apache-2.0
// What was booked in a period, by merchant, activity, device, day or month: what an operator settles accounts by. A booking
// belongs to the time at which it was made, so that the amounts of a period that is over never change, and those of all time are
// the books, but for shortfalls. Threads: pure functions.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "tools/credit-service/ledger/books.hpp"
#include "tools/credit-service/programme/calendar.hpp"
#include "tools/credit-service/programme/programme.hpp"

namespace greentill::credit {

enum class StatementBy { merchant, activity, device, day, month };

/// What a line sums; all in mg but the counts.
struct StatementSums {
  std::uint64_t claims = 0;  ///< as of Books::accepted()
  std::int64_t granted = 0;
  std::uint64_t reversals = 0;  ///< by which something was taken back in the period
  std::int64_t taken_back = 0;
  Split shares;  ///< what the three got, less what was taken back of it; together granted - taken_back

  StatementSums& operator+=(const StatementSums& other);
};

struct StatementLine {
  std::vector<std::string> keys;  ///< as many as StatementOptions::by has; a day as 2026-11-24, a month as 2026-11
  StatementSums sums;
};

struct StatementOptions {
  Period period;
  std::string merchant;  ///< empty: all
  std::string device;    ///< empty: all
  std::vector<StatementBy> by;
};

/// The lines, ordered by their keys. Reads one snapshot. Cost: reads the period's claims.
Result<std::vector<StatementLine>> make_statement(Books& books, const StatementOptions& options, const Calendar& calendar);

/// The sum of all lines.
StatementSums total_of(const std::vector<StatementLine>& lines);

}  // namespace greentill::credit
