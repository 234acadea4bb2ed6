// SPDX-License-Identifier: Apache-2.0
// A dock that lives day by day, each of which is looked at when it is six hours over.
#pragma once

#include <doctest/doctest.h>

#include <algorithm>
#include <memory>
#include <optional>
#include <string>

#include "daemon/base/calendar.hpp"
#include "tests/unit/credit-service/office.hpp"
#include "tools/credit-service/ledger/sqlite/store.hpp"

namespace greentill::credit::screening_test {

using test::Answered;
using Verdict = Desk::Verdict;

/// Each ride is a gram, so that days are counted in rides.
inline const std::string kGramARide = [] {
  std::string text = test::kFixedProgramme;
  return text.replace(text.find("46_000"), 6, "1_000");
}();
inline constexpr const char* kRide = "ride.bike.shared";
inline constexpr std::int64_t kFirstDay = 1'798'761'600;  // 2027-01-01, behind all that happens here
inline constexpr std::int64_t kLookSoon = 600;
inline constexpr std::size_t kBatchOfRides = 100;

/// A dock whose days begin with the one on which it is heard first.
struct Dock {
  explicit Dock(const std::string& programme = kGramARide) : office(programme.c_str()), chain(office.enrol("dock-7")) {
    desk.emplace(office);
    office.clock.now = kFirstDay + 13 * 3'600;
    chain.add_start();
    send();
  }
  Answered send() {
    Answered last;
    while (sent < chain.messages().size()) {
      const std::size_t end = std::min(sent + kBatchOfRides, chain.messages().size());
      last = desk->take("dock-7", test::slice(chain.messages(), sent, end));
      desk->stored = test::stored_of(last);
      sent = end;
    }
    return last;
  }
  /// Rides that ended on the day, which come now.
  Answered ride(std::int64_t day, std::size_t count) {
    for (std::size_t i = 0; i < count; ++i) {
      const std::int64_t end = kFirstDay + day * kSecondsADay + 12 * 3'600 + static_cast<std::int64_t>(i);
      chain.add_ride(2000, test::ended_at(++events, end));
    }
    return send();
  }
  void wait(std::int64_t seconds) {
    office.clock.now += seconds;
    do_due();
  }
  void do_due() {
    for (bool more = true; more;) {
      const auto done = desk->clerk().tick();
      REQUIRE_MESSAGE(done, (done ? "" : done.error().message));
      more = *done;
    }
  }
  /// What comes on the day itself, and then the day is looked at.
  void live(std::int64_t day, std::size_t count) {
    office.clock.now = kFirstDay + day * kSecondsADay + 13 * 3'600;
    ride(day, count);
    const std::uint64_t before = held();
    wait(17 * 3'600 - 1);  // a second before six
    CHECK(held() == before);
    wait(1);
  }
  /// Twenty usual days, and one of so many rides that is over: it is due to be looked at.
  void live_beyond(std::size_t count) {
    live_usually(20);
    office.clock.now = kFirstDay + 20 * kSecondsADay + 13 * 3'600;
    ride(20, count);
    office.clock.now += 17 * 3'600;
  }
  /// `days` usual days of 3 rides from the first one on.
  void live_usually(std::int64_t days) {
    for (std::int64_t day = 0; day < days; ++day) live(day, 3);
    REQUIRE(held() == 0);
  }
  std::uint64_t held() { return desk->report().held["screening"].claims; }
  std::uint64_t decide(Verdict verdict, const Desk::Selection& selection) {
    const auto decided = desk->ledger().desk().decide(selection, verdict);
    REQUIRE_MESSAGE(decided, (decided ? "" : decided.error().message));
    return *decided;
  }
  std::uint64_t release() { return decide(Verdict::release, {"dock-7", "", {}, Reason::screening, {}}); }
  std::string words() {
    std::string all;
    const auto screened = desk->books()->screened("dock-7");
    REQUIRE(screened);
    for (const Screened& one : *screened) all += one.words + '\n';
    return all;
  }
  std::unique_ptr<Store> store() {
    auto opened = office.open_store();
    REQUIRE(opened);
    return std::move(*opened);
  }
  DeviceDay of_day(std::int64_t day) {
    const auto found = store()->device_day("dock-7", kRide, day);
    REQUIRE((found && *found));
    return **found;
  }
  /// Days of docks of so many other merchants, each with so many rides.
  void others(int merchants, std::int64_t rides) {
    const auto rows = store();
    for (int i = 0; i < merchants; ++i) {
      const std::string name = "shop-" + std::to_string(i);
      REQUIRE(rows->put_class_day(Device::Class::dock, kRide, {100 + i, name, name, {20270105, rides * 1'000}}));
    }
  }

  test::Office office;
  test::ChainBuilder chain;
  std::optional<test::Desk> desk;
  std::size_t sent = 0;
  std::uint32_t events = 0;
};

}  // namespace greentill::credit::screening_test
