// SPDX-License-Identifier: Apache-2.0
// Which days stand out from a device's own past, and from others', and when they are looked at.
#include "tests/unit/credit-service/living_dock.hpp"
#include "tools/credit-service/ledger/outliers.hpp"

namespace greentill::credit::screening_test {

TEST_CASE("screening: the score is exact, and its spread has two floors") {
  const auto stands_out = [](std::int64_t value, std::vector<std::int64_t> days) {
    return spread_of(value, std::move(days)).stands_out;
  };
  const std::vector<std::int64_t> usual(20, 3'000);
  CHECK(stands_out(41'200, usual));
  CHECK(stands_out(9'000, usual));  // a spread of 1,000 mg at least
  CHECK_FALSE(stands_out(8'999, usual));
  const std::vector<std::int64_t> more(14, 8'000);
  CHECK(stands_out(20'000, more));  // of a quarter of the median at least
  CHECK_FALSE(stands_out(19'999, more));
  // The median is 20,000, the distances' is 10,000: 6 times 14,826 above it.
  const std::vector<std::int64_t> wide{0, 10'000, 20'000, 30'000, 40'000};
  CHECK(stands_out(108'956, wide));
  CHECK_FALSE(stands_out(108'955, wide));
  // Between two: 2,500 and 1,500.
  const std::vector<std::int64_t> even{4'000, 1'000, 3'000, 2'000, 100'000, 0};
  CHECK(spread_of(1, even).median == 2'500);
  CHECK(spread_of(1, even).most == 100'000);
  CHECK(stands_out(15'844, even));  // 2,500 + 6 * 1.4826 * 1,500 is 15,843.4
  CHECK_FALSE(stands_out(15'843, even));
}

TEST_CASE("screening: nothing in a device's first 14 days, by when it is looked at") {
  Dock at;
  for (std::int64_t day = 0; day < 13; ++day) at.live(day, day == 6 ? 90 : 3);
  at.others(20, 3);
  at.live(13, 30);  // looked at when it is not 14 days since it was heard at one o'clock of the first
  CHECK(at.held() == 0);
  CHECK(at.of_day(20270107).looked == 90'000);
  at.live(14, 30);
  CHECK(at.held() == 30);
  CHECK(at.desk->wrong() == "");
}

TEST_CASE("screening: a day is held from a score of 6 on, and said in a sentence; what comes then is held as it comes") {
  Dock at;
  at.live_usually(20);
  at.live(20, 8);
  CHECK(at.held() == 0);
  CHECK(at.desk->report().granted_mg == 68'000);
  at.live(21, 9);
  CHECK(at.held() == 9);
  CHECK(at.desk->report().granted_mg == 68'000);
  CHECK(at.words() ==
        "dock-7 claimed 9.000 g of ride.bike.shared on 2027-01-22; on its other 21 days the median is 3.000 g, and it never went "
        "beyond 8.000 g\n");
  CHECK(at.office.log.count("on 2027-01-22; on its other 21 days") == 1);
  CHECK(at.desk->wrong() == "");
  const Answered told = at.desk->ask("dock-7");
  REQUIRE(told.changes.size() == 9);
  CHECK(told.changes.back().standing == claim::Stands::held);
  CHECK(told.changes.back().reason == "screening");
  // Of that day, of one before it, and of those that follow.
  for (const std::int64_t day : {21, 19, 22}) at.ride(day, 1);
  CHECK(at.held() == 12);
  CHECK(at.desk->report().granted_mg == 68'000);
  CHECK(at.desk->wrong() == "");
}

TEST_CASE("screening: a day is nothing special where days of 20 other merchants are like it") {
  Dock at;
  at.live_usually(20);
  SUBCASE("20, which do less") {
    at.others(20, 2);
    at.live(20, 9);
    CHECK(at.held() == 9);
    CHECK(
        at.words().find("; on 20 days of devices of class dock of 20 other merchants the median is 2.000 g, and none went beyond "
                        "2.000 g\n") != std::string::npos);
  }
  SUBCASE("20, which do as much") {
    at.others(20, 9);
    at.live(20, 9);
    CHECK(at.held() == 0);
  }
  SUBCASE("19") {
    at.others(19, 9);
    at.live(20, 9);
    CHECK(at.held() == 9);
  }
  SUBCASE("days that are older than 90 do not count") {
    at.others(20, 9);
    at.office.clock.now = kFirstDay + 120 * kSecondsADay;
    for (std::int64_t day = 100; day < 114; ++day) at.ride(day, 3);
    at.wait(kLookSoon);
    at.ride(115, 9);
    at.wait(kLookSoon);
    CHECK(at.held() == 9);
  }
  CHECK(at.desk->wrong() == "");
}

TEST_CASE("screening: others alone speak where a device has too few days of its own") {
  Dock at;
  at.live(0, 3);
  SUBCASE("others") {
    at.others(20, 3);
    at.live(15, 9);
    CHECK(at.held() == 9);
    CHECK(at.words().find("its other") == std::string::npos);
  }
  SUBCASE("nobody") {
    at.live(15, 90);
    CHECK(at.held() == 0);
  }
}

TEST_CASE("screening: of what does not stand out few days of a merchant are kept for others, the last ones") {
  Dock at;
  at.live_usually(30);
  const auto days = at.store()->class_days(Device::Class::dock, kRide);
  REQUIRE((days && days->size() == 8));
  for (const ClassDay& one : *days) {
    CHECK(one.merchant == "merchant");
    CHECK(one.device == "dock-7");
    CHECK(one.value.mg == 3'000);
    CHECK(one.value.day > 20270122);
  }
  at.live(30, 9);
  CHECK(at.held() == 9);
  CHECK(at.store()->class_days(Device::Class::dock, kRide)->size() == 8);
}

TEST_CASE("screening: a day is looked at again when it has grown by half, held claims counted as what they ask for") {
  Dock at;
  at.live_usually(20);
  at.live(20, 8);
  at.ride(20, 3);
  at.wait(kSecondsADay);
  CHECK(at.held() == 0);
  at.ride(20, 1);
  at.wait(kLookSoon);
  CHECK(at.held() == 12);
  CHECK(at.of_day(20270121).asked == 12'000);
  at.ride(20, 5);
  at.wait(kLookSoon);
  CHECK(at.of_day(20270121).looked == 12'000);
  at.ride(20, 1);
  at.wait(kLookSoon);
  CHECK(at.of_day(20270121).looked == 18'000);
  CHECK(at.held() == 18);
  CHECK(at.words().find("dock-7 claimed 18.000 g of") == 0);
  CHECK(at.desk->wrong() == "");
}

TEST_CASE("screening: a backlog is looked at day by day, in order") {
  Dock at;
  at.office.clock.now = kFirstDay + 40 * kSecondsADay;
  for (std::int64_t day = 0; day < 30; ++day) at.ride(day, day == 25 ? 9 : 3);
  at.wait(kLookSoon);
  CHECK(at.held() == 9);
  CHECK(at.words().find("on 2027-01-26; on its other 25 days") != std::string::npos);
  CHECK(at.desk->wrong() == "");
}

TEST_CASE("screening: a claim counts once for its act, whoever holds it") {
  Dock at;
  at.live(0, 2);
  at.chain.add_ride(2000, test::ended_at(at.events, kFirstDay + 12 * 3'600 + 1));  // told twice
  at.send();
  CHECK(at.of_day(20270101).asked == 2'000);
  CHECK(at.of_day(20270101).last == (1LL << 40) + 4);
  CHECK(at.desk->wrong() == "");
}

TEST_CASE("screening: a programme may do without, and has a past once it does not") {
  const std::string off = kGramARide + "[screening]\non = false\n";
  Dock at(off.c_str());
  at.live_usually(20);
  at.live(20, 30);
  CHECK(at.held() == 0);
  at.office.change_programme(kGramARide.c_str());
  test::Desk on(at.office);
  on.stored = at.desk->stored;
  at.office.clock.now = kFirstDay + 21 * kSecondsADay + 13 * 3'600;
  for (std::uint32_t i = 0; i < 9; ++i) {
    at.chain.add_ride(2000, test::ended_at(++at.events, kFirstDay + 21 * kSecondsADay + i));
  }
  on.take("dock-7", test::slice(at.chain.messages(), at.sent, at.chain.messages().size()));
  at.office.clock.now += kSecondsADay;
  REQUIRE(on.clerk().tick());
  REQUIRE(on.clerk().tick());
  CHECK(at.held() == 9);
  CHECK(on.wrong() == "");
}

}  // namespace greentill::credit::screening_test
