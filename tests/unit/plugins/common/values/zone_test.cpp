// SPDX-License-Identifier: Apache-2.0
#include "plugins/common/values/zone.hpp"

#include <doctest/doctest.h>
#include <stdlib.h>
#include <time.h>

namespace greentill::plugin {
namespace {

std::int64_t wall(const char* text) {
  const auto parsed = parse_time(text, "%Y-%m-%d %H:%M");
  REQUIRE(parsed);
  return parsed->seconds;
}

/// What the C library, which reads the time zone files by itself, says the local clock shows.
class LibraryZone {
 public:
  explicit LibraryZone(const char* name) {
    const char* before = ::getenv("TZ");
    if (before != nullptr) before_ = before;
    ::setenv("TZ", name, 1);
    ::tzset();
  }
  ~LibraryZone() {
    before_.empty() ? ::unsetenv("TZ") : ::setenv("TZ", before_.c_str(), 1);
    ::tzset();
  }
  LibraryZone(const LibraryZone&) = delete;
  LibraryZone& operator=(const LibraryZone&) = delete;

  [[nodiscard]] static std::int64_t wall_at(std::int64_t unix_seconds) {
    const time_t at = unix_seconds;
    struct tm local {};
    ::localtime_r(&at, &local);
    return ::timegm(&local);
  }
  /// Every quarter of an hour around it that shows this on the clock.
  [[nodiscard]] static Readings readings(std::int64_t wall_seconds) {
    Readings all;
    for (std::int64_t at = wall_seconds - 54'000; at <= wall_seconds + 54'000; at += 900) {
      if (wall_at(at) == wall_seconds) all.push_back(at);
    }
    return all;
  }

 private:
  std::string before_;
};

TEST_CASE("zone: readings are what the C library makes of the same zone, all through the nights of the change and others") {
  struct Night {
    const char* zone;
    const char* from;
    std::size_t skipped, repeated;  // quarters of an hour
  };
  const Night nights[] = {
      {"Europe/Helsinki", "2021-10-31 00:00", 0, 4},     {"Europe/Helsinki", "2021-03-28 00:00", 4, 0},
      {"America/New_York", "2021-11-07 00:00", 0, 4},    {"America/New_York", "2021-03-14 00:00", 4, 0},
      {"Australia/Lord_Howe", "2022-04-03 00:00", 0, 2}, {"Asia/Kolkata", "2022-04-03 00:00", 0, 0},
      {"Europe/Dublin", "2021-10-31 00:00", 0, 4},
  };
  for (const Night& night : nights) {
    CAPTURE(std::string(night.zone));
    const Zone zone(night.zone);
    const LibraryZone library(night.zone);
    std::size_t skipped = 0;
    std::size_t repeated = 0;
    for (int quarter = 0; quarter < 24; ++quarter) {
      const std::int64_t at = wall(night.from) + quarter * 900;
      const Readings found = zone.readings(at);
      CHECK(found == LibraryZone::readings(at));
      skipped += found.empty() ? 1 : 0;
      repeated += found.size() == 2 ? 1 : 0;
    }
    CHECK(skipped == night.skipped);
    CHECK(repeated == night.repeated);
  }
}

TEST_CASE("zone: the hours that repeat and the hours that are skipped, by name") {
  const Zone helsinki("Europe/Helsinki");
  CHECK(helsinki.readings(wall("2021-10-31 03:30")) == Readings{1'635'640'200, 1'635'643'800});
  CHECK(helsinki.readings(wall("2021-10-31 02:59")) == Readings{1'635'638'340});
  CHECK(helsinki.readings(wall("2021-10-31 04:00")) == Readings{1'635'645'600});
  CHECK(helsinki.readings(wall("2021-03-28 03:30")).empty());
  const Zone new_york("America/New_York");
  CHECK(new_york.readings(wall("2021-11-07 01:30")) == Readings{1'636'263'000, 1'636'266'600});
  CHECK(new_york.readings(wall("2021-03-14 02:30")).empty());
}

TEST_CASE("zone: the moment of a text is by its own offset, else by the first reading") {
  const Zone helsinki("Europe/Helsinki");
  CHECK(helsinki.moment(parse_iso_time("2021-10-31T03:30:00")) == 1'635'640'200);
  CHECK(helsinki.moment(parse_iso_time("2021-10-31T03:30:00+02:00")) == 1'635'643'800);
  CHECK(!helsinki.moment(parse_iso_time("2021-03-28T03:30:00")));
  CHECK(!helsinki.moment(std::nullopt));
}

TEST_CASE("zone: a zone that the database does not know is refused by name") {
  CHECK_THROWS_WITH(Zone("Europe/Helsingfors"),
                    "there is no time zone 'Europe/Helsingfors'; name one of the IANA database, such as Europe/Helsinki");
}

TEST_CASE("zone: begin and end are read so that they fit the duration, else forwards, else the earliest") {
  const Readings early{1000, 4600};  // a time within the repeated hour
  const auto chosen = [](const Readings& begins, const Readings& ends, std::optional<std::int64_t> duration) {
    const auto span = choose(begins, ends, duration);
    return span ? std::pair(span->begin, span->end) : std::pair<std::int64_t, std::int64_t>(-1, -1);
  };
  using Pair = std::pair<std::int64_t, std::int64_t>;
  const Readings late{1600, 5200};  // ten minutes later on the clock
  CHECK(chosen(early, late, 600) == Pair{1000, 1600});
  CHECK(chosen(early, late, 4200) == Pair{1000, 5200});
  CHECK(chosen(early, late, std::nullopt) == Pair{1000, 1600});
  // The clock shows an earlier end: the ride went through the change.
  CHECK(chosen(late, early, 3000) == Pair{1600, 4600});
  CHECK(chosen(late, early, std::nullopt) == Pair{1600, 4600});
  // Two minutes of tolerance, since operators round; a duration that fits nothing decides nothing.
  CHECK(chosen(early, late, 4320) == Pair{1000, 5200});
  CHECK(chosen(early, late, 4321) == Pair{1000, 1600});
  CHECK(chosen({1000}, {1600}, 7) == Pair{1000, 1600});
  CHECK(chosen({1000}, {1000}, 0) == Pair{1000, 1000});
  CHECK(chosen({1000}, {999}, 0) == Pair{-1, -1});
  CHECK(chosen({}, {999}, std::nullopt) == Pair{-1, -1});
}

}  // namespace
}  // namespace greentill::plugin
