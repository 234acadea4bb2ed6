// SPDX-License-Identifier: Apache-2.0
#include "tools/credit-service/ledger/lapsing.hpp"

#include <algorithm>
#include <limits>

#include "daemon/base/calendar.hpp"
#include "daemon/claim/cbor.hpp"
#include "tools/credit-service/holdings/account_store.hpp"
#include "tools/credit-service/holdings/bookkeeping_store.hpp"

namespace greentill::credit {
namespace {

constexpr const char* kKey = "lapsing";
constexpr std::size_t kPursesAtOnce = 200;
constexpr std::size_t kLegsAtOnce = 100;
constexpr std::int64_t kFirstDay = 1;
constexpr std::size_t kLeastHours = 24;  // in which batches came since the month began

/// The month (202611) so many months later.
std::int64_t month_after(std::int64_t month, std::int64_t months) {
  const std::int64_t count = month / 100 * 12 + month % 100 - 1 + months;
  return count / 12 * 100 + count % 12 + 1;
}

struct LapsePlace {
  std::int64_t month = 0;  ///< with whose begin credit lapses
  std::int64_t after = 0;  ///< the purse that was looked at last
};

std::optional<LapsePlace> read_lapse_place(ByteView bytes) {
  constexpr const char* kReason = "no place of lapsing";
  claim::CborReader reader(bytes);
  if (reader.array(kReason) != 2) return std::nullopt;
  LapsePlace place;
  place.month = reader.integer(kReason);
  place.after = reader.integer(kReason);
  return reader.at_end() ? std::optional(place) : std::nullopt;
}

}  // namespace

Status Lapsing::put(std::int64_t month, std::int64_t after, std::int64_t due) {
  Bytes<32> buffer{};
  claim::CborWriter writer(buffer);
  writer.array(2);
  writer.integer(month);
  writer.integer(after);
  const ByteView written = writer.written();
  return store_.put_work({WorkStep::lapse, kKey, 0, {written.begin(), written.end()}, due});
}

Status Lapsing::arrange(std::int64_t now) {
  const Programme& programme = programmes_.current();
  if (!programme.lapse_months()) return Done{};
  const auto stands = store_.has_work(WorkStep::lapse, kKey, 0);
  if (!stands) return Failure{stands.error()};
  if (*stands) return Done{};
  const std::int64_t month = month_after(programme.calendar().local(now).month, 1);
  return put(month, 0, programme.calendar().begin_of(month * 100 + kFirstDay).value_or(now));
}

Status Lapsing::go_on(const Work& work, std::int64_t now) {
  const Programme& programme = programmes_.current();
  const Calendar& calendar = programme.calendar();
  if (!programme.lapse_months()) return store_.drop_work(work.step, work.key, work.no);
  const auto place = read_lapse_place(work.what);
  if (!place) return fail(ErrorCode::corrupt, "ledger: how far credit lapsed cannot be read");
  const auto begun = calendar.begin_of(place->month * 100 + kFirstDay);
  const auto since = calendar.begin_of(month_after(place->month, -*programme.lapse_months()) * 100 + kFirstDay);
  const std::int64_t next = month_after(place->month, 1);
  const auto next_due = calendar.begin_of(next * 100 + kFirstDay);
  if (!begun || !since || !next_due) return fail(ErrorCode::corrupt, "ledger: credit lapses in a month that is none");
  const auto hours = store_.hours_after(*begun / kSecondsAnHour);
  if (!hours) return Failure{hours.error()};
  if (*hours < kLeastHours) return put(place->month, place->after, now + kSecondsAnHour);
  const auto purses = store_.bookkeeping().purses_with_credit(place->after, kPursesAtOnce);
  if (!purses) return Failure{purses.error()};
  std::size_t holders = 0;
  std::int64_t mg = 0;
  for (const std::int64_t purse : *purses) {
    const auto lapsed = lapse(purse, *since, now);
    if (!lapsed) return Failure{lapsed.error()};
    holders += *lapsed > 0 ? 1 : 0;
    mg += *lapsed;
  }
  if (mg > 0) notices_.lapsed(place->month, holders, mg);
  return purses->size() < kPursesAtOnce ? put(next, 0, *next_due) : put(place->month, purses->back(), work.due);
}

Result<std::int64_t> Lapsing::came_since(std::int64_t purse, std::int64_t since, std::int64_t enough) {
  constexpr std::int64_t kLast = std::numeric_limits<std::int64_t>::max();
  PurseLeg before{kLast, kLast, kLast, 0, 0};
  std::int64_t came = 0;
  for (;;) {
    const auto legs = store_.accounts().legs(purse, before, kLegsAtOnce);
    if (!legs) return Failure{legs.error()};
    for (const PurseLeg& leg : *legs) {
      if (leg.at < since || came >= enough) return came;
      if (leg.mg > 0 && !is_spend(leg.claim)) came += leg.mg;
    }
    if (legs->size() < kLegsAtOnce) return came;
    before = legs->back();
  }
}

Result<std::vector<std::int64_t>> Lapsing::purses_with(std::int64_t purse) {
  const auto owner = store_.owner(purse);
  if (!owner) return Failure{owner.error()};
  std::vector<std::int64_t> all{purse};
  if (owner->empty()) return all;
  const auto purses = store_.accounts().purses(*owner);
  if (!purses) return Failure{purses.error()};
  all.clear();
  for (const Purse& one : *purses) {
    const auto name = store_.account_name(one.no);
    if (!name) return Failure{name.error()};
    if (name->first != "merchant") all.push_back(one.no);
  }
  return all;
}

Result<std::int64_t> Lapsing::lapse(std::int64_t purse, std::int64_t since, std::int64_t now) {
  const auto purses = purses_with(purse);
  if (!purses) return Failure{purses.error()};
  std::int64_t old = 0;
  for (const std::int64_t one : *purses) {
    auto has = store_.balance(one);
    if (!has) return has;
    old += *has;
  }
  for (const std::int64_t one : *purses) {
    auto came = old > 0 ? came_since(one, since, old) : Result<std::int64_t>(0);
    if (!came) return came;
    old -= *came;
  }
  std::int64_t gone = 0;
  for (const std::int64_t one : *purses) {
    if (gone >= old) break;
    auto ripe = store_.spendable(one, now);
    if (!ripe) return ripe;
    const std::int64_t part = std::min(*ripe, old - gone);
    if (part <= 0) continue;
    auto lapsed = store_.system_account("lapsed", one);
    if (!lapsed) return lapsed;
    if (Status booked = store_.book({booked_as_lapse(one), BookingKind::lapsed, now, now, {{one, -part}, {*lapsed, part}}});
        !booked) {
      return Failure{booked.error()};
    }
    gone += part;
  }
  return gone;
}

std::optional<std::int64_t> lapsed_before(const Calendar& calendar, std::int64_t months, std::int64_t at) {
  return calendar.begin_of(month_after(calendar.local(at).month, -months) * 100 + kFirstDay);
}

}  // namespace greentill::credit
