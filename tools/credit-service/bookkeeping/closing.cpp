// SPDX-License-Identifier: Apache-2.0
#include "tools/credit-service/bookkeeping/closing.hpp"

#include <nlohmann/json.hpp>

#include "tools/common/text.hpp"

namespace greentill::credit {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::int64_t kFirstYear = 2000;
constexpr std::int64_t kLastYear = 9998;

Json json_of(const std::map<std::string, KindSums>& kinds) {
  Json json = Json::object();
  for (const auto& [name, sums] : kinds) {
    Json moved = Json::object();
    for (const auto& [kind, mg] : sums.mg) moved[std::string(to_words(kind))] = mg;
    json[name] = {{"opening", sums.opening}, {"moved", std::move(moved)}, {"closing", sums.closing()}};
  }
  return json;
}

Result<Period> period_of(const Calendar& calendar, std::int64_t year) {
  const auto begin = year < kFirstYear || year > kLastYear ? std::nullopt : calendar.begin_of(year * 10'000 + 101);
  const auto end = begin ? calendar.begin_of((year + 1) * 10'000 + 101) : std::nullopt;
  if (!end) return fail(ErrorCode::invalid, "year: from 2000 to 9998");
  return Period{*begin, *end};
}

}  // namespace

Result<YearClose> close_year(Books& books, const Calendar& calendar, std::int64_t year, const std::string& by, std::int64_t now) {
  const auto period = period_of(calendar, year);
  if (!period) return Failure{period.error()};
  if (now < period->end) {
    return fail(ErrorCode::conflict,
                std::to_string(year) + " ends " + tools::time_text(period->end) + " in the programme's zone");
  }
  const auto wrong = books.check();
  if (!wrong) return Failure{wrong.error()};
  if (!wrong->empty()) return fail(ErrorCode::conflict, "the books do not hold: see greentill-credit check");
  const auto sums = books.year(*period);
  const auto report = sums ? books.report() : Result<Report>(Failure{sums.error()});
  if (!report) return Failure{report.error()};
  const Json content{{"zone", calendar.zone()},
                     {"kinds", json_of(sums->kinds)},
                     {"open", {{"held_claims", report->held_in_all.claims}, {"waiting_batches", report->pending}}}};
  return YearClose{year, period->begin, period->end, sums->bookings, sums->digest, content.dump(), by, now};
}

}  // namespace greentill::credit
