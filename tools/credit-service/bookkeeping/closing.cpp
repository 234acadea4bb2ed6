// SPDX-License-Identifier: Apache-2.0
#include "tools/credit-service/bookkeeping/closing.hpp"

#include <nlohmann/json.hpp>

#include "daemon/base/calendar.hpp"
#include "tools/common/text.hpp"

namespace greentill::credit {
namespace {

constexpr std::int64_t kFirstYear = 2000;
constexpr std::int64_t kLastYear = 9998;

Result<Period> period_of(const Calendar& calendar, std::int64_t year) {
  const auto begin = year < kFirstYear || year > kLastYear ? std::nullopt : calendar.begin_of(year * 10'000 + 101);
  const auto end = begin ? calendar.begin_of((year + 1) * 10'000 + 101) : std::nullopt;
  if (!end) return fail(ErrorCode::invalid, "year: from 2000 to 9998");
  return Period{*begin, *end};
}

}  // namespace

Result<YearClose> close_year(Books& books, const Calendar& calendar, std::int64_t year, const std::optional<YearClose>& after,
                             const std::string& by, std::int64_t now) {
  auto period = period_of(calendar, year);
  if (!period) return Failure{period.error()};
  if (after) period->begin = after->end;
  if (now < period->end + kSecondsADay) {
    return fail(ErrorCode::conflict, std::to_string(year) + " can be closed from " +
                                         tools::time_text(period->end + kSecondsADay) +
                                         " on, a day after its end in the programme's zone");
  }
  YearClose close{year, period->begin, period->end, 0, {}, {}, by, now};
  const Status read = books.in_one_snapshot([&]() -> Status {
    const auto wrong = books.check();
    if (!wrong) return Failure{wrong.error()};
    if (!wrong->empty()) return fail(ErrorCode::conflict, "the books do not hold: see greentill-credit check");
    const auto sums = books.year(*period);
    const auto report = sums ? books.report() : Result<Report>(Failure{sums.error()});
    if (!report) return Failure{report.error()};
    const nlohmann::ordered_json content{
        {"zone", calendar.zone()},
        {"kinds", nlohmann::ordered_json::parse(kinds_text(sums->kinds))},
        {"open", {{"held_claims", report->held_in_all.claims}, {"waiting_batches", report->pending}}}};
    close.bookings = sums->bookings;
    close.digest = sums->digest;
    close.content = content.dump();
    return Done{};
  });
  return read ? Result<YearClose>(std::move(close)) : Failure{read.error()};
}

}  // namespace greentill::credit
