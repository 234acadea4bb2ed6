// SPDX-License-Identifier: Apache-2.0
// Closing a year of the books. docs/bookkeeping.md, "A year's close". Threads: one.
#pragma once

#include <optional>
#include <string>

#include "tools/credit-service/holdings/voucher.hpp"
#include "tools/credit-service/ledger/books.hpp"
#include "tools/credit-service/programme/calendar.hpp"

namespace greentill::credit {

/// The close of a year (2026), not stored yet. `after`: the close of the year before, where there is one: it goes on from its
/// end. conflict where the year is not over for a day, so that no clock that is a little behind books into it, or the books do
/// not hold, which `check` says in full; the errors of the books besides. Cost: checks them, and reads every booking.
Result<YearClose> close_year(Books& books, const Calendar& calendar, std::int64_t year, const std::optional<YearClose>& after,
                             const std::string& by, std::int64_t now);

}  // namespace greentill::credit
