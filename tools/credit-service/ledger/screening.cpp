// SPDX-License-Identifier: Apache-2.0
#include "tools/credit-service/ledger/screening.hpp"

#include <algorithm>
#include <set>

#include "daemon/base/calendar.hpp"
#include "tools/common/text.hpp"
#include "tools/credit-service/ledger/outliers.hpp"
#include "tools/credit-service/registry/json.hpp"

namespace greentill::credit {
namespace {

constexpr std::int64_t kNewSeconds = 14 * kSecondsADay;
constexpr std::int64_t kPastSeconds = 90 * kSecondsADay;
constexpr std::size_t kLeastOwnDays = 14;
constexpr std::size_t kLeastMerchants = 20;
// Of a class and activity so many days are kept, and so many of one merchant: one look reads them all.
constexpr std::size_t kMostClassDays = 1'024;
constexpr std::ptrdiff_t kMostOfMerchant = 8;

/// In whole grams from 100 g on: less says nothing to whoever compares days.
std::string rounded_grams(std::int64_t mg) {
  if (mg < 100'000) return tools::grams_text(mg);
  return tools::count_text(static_cast<std::uint64_t>((mg + 500) / 1'000)) + " g";
}

/// The day 90 days before; noon is in it, however clocks are changed.
std::int64_t days_before(const Calendar& calendar, std::int64_t day) {
  const auto begin = calendar.begin_of(day);
  return begin ? calendar.local(*begin - kPastSeconds + kSecondsADay / 2).day : day;
}

/// How many rows count as others' days; `mg` gets them.
std::size_t others_days(const std::vector<ClassDay>& all, const std::string& merchant, std::int64_t from,
                        std::vector<std::int64_t>& mg) {
  std::set<std::string_view> merchants;
  for (const ClassDay& one : all) {
    if (one.merchant == merchant || one.value.day < from) continue;
    merchants.insert(one.merchant);
    mg.push_back(one.value.mg);
  }
  return merchants.size();
}

std::string past_words(const Spread& own) {
  return "; on its other " + tools::counted(own.days, "day") + " the median is " + rounded_grams(own.median) +
         ", and it never went beyond " + rounded_grams(own.most);
}

std::string others_words(const Spread& others, Device::Class is, std::size_t merchants) {
  return "; on " + tools::counted(others.days, "day") + " of devices of class " + std::string(to_words(is)) + " of " +
         tools::count_text(merchants) + " other merchants the median is " + rounded_grams(others.median) +
         ", and none went beyond " + rounded_grams(others.most);
}

/// Which row the day takes; nothing where all that could give way are later.
std::optional<std::int64_t> slot_for(const ClassDay& day, const std::vector<ClassDay>& all) {
  const auto same =
      std::ranges::find_if(all, [&](const ClassDay& one) { return one.device == day.device && one.value.day == day.value.day; });
  if (same != all.end()) return same->slot;
  const bool is_full = std::ranges::count(all, day.merchant, &ClassDay::merchant) >= kMostOfMerchant;
  if (!is_full && all.size() < kMostClassDays) return static_cast<std::int64_t>(all.size());
  const ClassDay* oldest = nullptr;
  for (const ClassDay& one : all) {
    if (is_full && one.merchant != day.merchant) continue;
    if (oldest == nullptr || one.value.day < oldest->value.day) oldest = &one;
  }
  return oldest->value.day > day.value.day ? std::nullopt : std::optional(oldest->slot);
}

}  // namespace

Result<bool> Screening::is_new(const std::string& device, std::int64_t now) {
  const auto book = store_.device_book(device);
  if (!book) return Failure{book.error()};
  return !*book || now < (*book)->first_heard + kNewSeconds;
}

Status Screening::look(const Work& work, std::int64_t now) {
  if (Status dropped = store_.drop_work(work.step, work.key, work.no); !dropped) return dropped;
  const Programme& programme = programmes_.current();
  if (!programme.screens()) return Done{};
  const auto device = lookup_.device(work.key);
  if (!device) return Failure{device.error()};
  if (*device == nullptr) return fail(ErrorCode::corrupt, "ledger: a claim's device is not in the registry");
  const auto too_new = is_new(work.key, now);
  if (!too_new) return Failure{too_new.error()};
  const std::int64_t from = days_before(programme.calendar(), work.no);
  for (const Rule& rule : programme.rules()) {
    const auto day = store_.device_day(work.key, rule.activity, work.no);
    if (!day) return Failure{day.error()};
    if (!*day || !(*day)->is_to_be_looked_at()) continue;
    const std::int64_t value = (*day)->asked;
    if (Status noted = store_.put_looked(work.key, rule.activity, {work.no, value}); !noted) return noted;
    if (*too_new) continue;
    if (Status done = compare({**device, rule.activity, work.no, from, value}, **day, now); !done) return done;
  }
  return Done{};
}

Status Screening::compare(const Look& look, const DeviceDay& day, std::int64_t now) {
  const auto past = store_.days_asked(look.device.id, look.activity, look.from, look.day - 1);
  if (!past) return Failure{past.error()};
  const auto all = store_.class_days(look.device.is, look.activity);
  if (!all) return Failure{all.error()};
  std::string words =
      look.device.id + " claimed " + rounded_grams(look.value) + " of " + look.activity + " on " + day_text(look.day);
  bool is_compared = false, is_usual = false;
  if (past->size() >= kLeastOwnDays) {
    std::vector<std::int64_t> mg;
    for (const DayValue& one : *past) mg.push_back(one.mg);
    const Spread own = spread_of(look.value, std::move(mg));
    is_compared = true;
    is_usual = !own.stands_out;
    words += past_words(own);
  }
  std::vector<std::int64_t> mg;
  const std::string merchant = look.device.assignments.empty() ? "" : look.device.assignments.back().merchant;
  const std::size_t merchants = others_days(*all, merchant, look.from, mg);
  if (merchants >= kLeastMerchants) {
    const Spread others = spread_of(look.value, std::move(mg));
    is_compared = true;
    is_usual = is_usual || !others.stands_out;
    words += others_words(others, look.device.is, merchants);
  }
  return is_compared && !is_usual ? hold(look, day, words, now) : add_to_class(look, *all);
}

/// What comes from here on is held as it comes; what is there is, in parts.
Status Screening::hold(const Look& look, const DeviceDay& day, const std::string& words, std::int64_t now) {
  Screened found{look.device.id, look.activity, look.day, look.value, words, std::nullopt};
  if (Status put = store_.put_screened(found); !put) return put;
  notices_.stood_out(words);
  Sweep sweep;
  sweep.kind = SweepKind::screen;
  sweep.device = look.device.id;
  sweep.after = day.first - 1;
  sweep.activity = look.activity;
  sweep.day = look.day;
  sweep.last = day.last;
  return sweeps_.begin(sweep, now);
}

Status Screening::add_to_class(const Look& look, const std::vector<ClassDay>& others) {
  if (look.device.assignments.empty()) return Done{};
  ClassDay fresh{0, look.device.assignments.back().merchant, look.device.id, {look.day, look.value}};
  const auto slot = slot_for(fresh, others);
  if (!slot) return Done{};
  fresh.slot = *slot;
  return store_.put_class_day(look.device.is, look.activity, fresh);
}

}  // namespace greentill::credit
