// SPDX-License-Identifier: Apache-2.0
// What becomes of a day that stands out: held in parts, released, dismissed, told of.
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <random>

#include "tests/support/running_time.hpp"
#include "tests/unit/credit-service/living_dock.hpp"

namespace greentill::credit::screening_test {

TEST_CASE("screening: a release lets pass what comes; the day is held again once it has grown by half") {
  Dock at;
  at.live_usually(20);
  at.live(20, 10);
  REQUIRE(at.held() == 10);
  CHECK(at.release() == 10);
  CHECK(at.held() == 0);
  CHECK(at.words() == "");
  CHECK(at.desk->report().granted_mg == 70'000);
  at.ride(20, 4);
  at.wait(kSecondsADay);
  CHECK(at.held() == 0);
  at.ride(20, 1);
  at.wait(kLookSoon - 1);
  CHECK(at.held() == 0);
  at.wait(1);
  CHECK(at.held() == 5);  // nobody has released these
  CHECK(at.words().find("dock-7 claimed 15.000 g of") == 0);
  CHECK(at.desk->wrong() == "");
}

TEST_CASE("screening: whoever releases a claim, or what came on one day, has not looked at all of it") {
  Dock at;
  at.live_usually(20);
  at.live(20, 9);
  CHECK(at.decide(Verdict::release, {"", "", {}, {}, std::int64_t{(1LL << 40) + 62}}) == 1);
  CHECK(at.decide(Verdict::release, {"dock-7", "", 20270120, Reason::screening, {}}) == 0);
  CHECK(at.decide(Verdict::release, {"dock-7", "", {}, Reason::too_old, {}}) == 0);
  CHECK(at.held() == 8);
  at.ride(21, 1);
  CHECK(at.held() == 9);
  SUBCASE("all of the device") { CHECK(at.decide(Verdict::release, {"dock-7", "", {}, {}, {}}) == 9); }
  SUBCASE("all of a merchant") { CHECK(at.decide(Verdict::release, {"", "merchant", {}, {}, {}}) == 9); }
  SUBCASE("all that screening holds") { CHECK(at.decide(Verdict::release, {"", "", {}, Reason::screening, {}}) == 9); }
  at.ride(21, 1);
  CHECK(at.held() == 0);
  CHECK(at.desk->wrong() == "");
}

TEST_CASE("screening: what a person released for another reason is held for it all the same") {
  const std::string aged = kGramARide + "oldest_days = 1\n";
  Dock at(aged.c_str());
  at.live_usually(20);
  at.office.clock.now += 3 * kSecondsADay;
  at.ride(20, 9);
  CHECK(at.desk->report().held["too-old"].claims == 9);
  CHECK(at.decide(Verdict::release, {"dock-7", "", {}, {}, {}}) == 9);
  CHECK(at.desk->report().granted_mg == 69'000);
  at.wait(kLookSoon);
  CHECK(at.held() == 9);
  CHECK(at.desk->report().held.size() == 1);
  CHECK(at.desk->wrong() == "");
}

TEST_CASE("screening: what is dismissed was never asked for; what comes stays held until somebody releases") {
  Dock at;
  at.live_usually(20);
  at.live(20, 9);
  CHECK(at.decide(Verdict::dismiss, {"dock-7", "", {}, Reason::screening, {}}) == 9);
  CHECK(at.of_day(20270121).asked == 0);
  CHECK(at.of_day(20270121).looked == 0);
  at.ride(20, 1);
  CHECK(at.held() == 1);
  CHECK(at.release() == 1);
  at.ride(20, 8);
  CHECK(at.held() == 0);
  at.wait(kLookSoon);
  CHECK(at.held() == 8);  // the one is released for good
  CHECK(at.desk->wrong() == "");
}

TEST_CASE("screening: a long day is held in parts, by whoever comes next, until it is lifted") {
  Dock at;
  at.live_beyond(650);
  REQUIRE(at.desk->clerk().tick());  // the look
  CHECK(at.held() == 0);
  REQUIRE(at.desk->clerk().tick());
  CHECK(at.held() == 200);
  CHECK(at.desk->wrong() == "");
  SUBCASE("another worker goes on") {
    test::Desk next(at.office);
    for (bool more = true; more;) more = next.clerk().tick().value();
    CHECK(at.held() == 650);
    CHECK(at.release() == 650);
    CHECK(at.held() == 0);
  }
  SUBCASE("a person releases what is held so far, and the rest is not held either") {
    CHECK(at.release() == 200);
    at.do_due();
    CHECK(at.held() == 0);
  }
  CHECK(at.desk->report().granted_mg == 710'000);
  CHECK(at.desk->wrong() == "");
}

TEST_CASE("screening: a worker that is killed while a day is held leaves the rest of it to the next one") {
  Dock at;
  at.live_beyond(650);
  at.desk.reset();  // no database is open where a process forks
  std::mt19937 random(11);
  int killed = 0;
  for (int round = 0; round < 100; ++round) {
    const pid_t child = fork();
    REQUIRE(child >= 0);
    if (child == 0) {
      test::Desk worker(at.office);
      for (bool more = true; more;) more = worker.clerk().tick().value();
      _exit(0);
    }
    test::let_run(child, std::chrono::microseconds(random() % 12'000));
    kill(child, SIGKILL);
    int status = 0;
    waitpid(child, &status, 0);
    killed += WIFSIGNALED(status) ? 1 : 0;
    if (WIFEXITED(status)) break;
    if (round % 10 == 0) CHECK(test::Desk(at.office).wrong() == "");
  }
  CHECK(killed > 2);
  at.desk.emplace(at.office);
  at.do_due();
  CHECK(at.held() == 650);
  CHECK(at.desk->wrong() == "");
}

TEST_CASE("what is held is said once a day, for which reasons and since when") {
  Dock at;
  at.live_usually(20);
  CHECK_FALSE(at.office.log.says("held list"));
  at.live(20, 9);
  at.wait(kSecondsADay);
  CHECK(at.office.log.count(
            "9 claims are held (screening 9), the oldest since 2027-01-21 13:00:00 UTC: greentill-credit held list") == 1);
  at.wait(kSecondsADay - 1);
  CHECK(at.office.log.count("claims are held (") == 1);
  at.wait(1);
  CHECK(at.office.log.count("claims are held (") == 2);
}

}  // namespace greentill::credit::screening_test
