// SPDX-License-Identifier: Apache-2.0
#include "daemon/base/moment.hpp"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/stat.h>

#include "daemon/base/calendar.hpp"
#include "daemon/base/file.hpp"
#include "daemon/base/saved_text.hpp"
#include "tests/support/temp_dir.hpp"

namespace greentill {
namespace {

struct Stopped final : Clock {
  Stopped(std::int64_t shows, bool is_kept) : shown(shows), kept(is_kept) {}
  [[nodiscard]] std::int64_t unix_seconds() const override { return shown; }
  [[nodiscard]] std::chrono::milliseconds monotonic() const override { return {}; }
  [[nodiscard]] bool synchronised() const override { return kept; }
  std::int64_t shown;
  bool kept;
};

}  // namespace

TEST_CASE("moment: times and spans as people read them") {
  CHECK(utc_text(0) == "1970-01-01 00:00:00 UTC");
  CHECK(utc_text(kReleased) == "2026-11-01 00:00:00 UTC");
  CHECK(utc_text(-1) == "1969-12-31 23:59:59 UTC");
  const std::pair<std::int64_t, const char*> spans[] = {{0, "0 seconds"},  {1, "1 second"},      {119, "1 minute"},
                                                        {7'199, "1 hour"}, {86'399, "23 hours"}, {-2 * kSecondsADay, "2 days"},
                                                        {86'400, "1 day"}};
  for (const auto& [seconds, words] : spans) CHECK(span_text(seconds) == words);
}

TEST_CASE("moment: a clock must be wrong before this version was made, and before what it has written") {
  const std::int64_t now = kReleased + 10 * kSecondsADay;
  CHECK_FALSE(clock_fault(Stopped(now, true)));
  CHECK_FALSE(clock_fault(Stopped(now, false), now + 59, "the store"));
  CHECK(clock_fault(Stopped(0, false)) ==
        "this machine's clock shows 1970-01-01 00:00:00 UTC, and no time server keeps it: that is before this version was made "
        "(2026-11-01 00:00:00 UTC). Set the clock");
  CHECK(
      clock_fault(Stopped(now, true), now + 3 * kSecondsADay, "the store") ==
      "this machine's clock shows 2026-11-11 00:00:00 UTC, and a time server keeps it: that is 3 days before the store was last "
      "written (2026-11-14 00:00:00 UTC). Set the clock, unless it was wrong then");
}

TEST_CASE("moment: a database was last written when its file or its log was") {
  const test::TempDir folder;
  CHECK_FALSE(database_written(folder / "x.db"));
  const auto write_at = [&](const char* name, std::int64_t seconds) {
    REQUIRE(write_file_durably(folder / name, "x").ok());
    const timespec times[] = {{seconds, 0}, {seconds, 0}};
    REQUIRE(::utimensat(AT_FDCWD, (folder / name).c_str(), times, 0) == 0);
  };
  write_at("x.db", 1'000);
  CHECK(database_written(folder / "x.db") == 1'000);
  write_at("x.db-wal", 3'000);
  CHECK(database_written(folder / "x.db") == 3'000);
}

TEST_CASE("saved text: what editors put around a line is told from the line") {
  CHECK(only_line("\xef\xbb\xbf"
                  "a b \r\n\n") == "a b");
  CHECK(only_line("").empty());
  CHECK(
      is_utf16(std::string_view("\xff\xfe"
                                "1\0",
                                4)));
  CHECK(is_utf16(std::string_view("1\0 \0", 4)));
  CHECK(
      is_utf16(std::string_view("\0"
                                "1",
                                2)));
  CHECK_FALSE(is_utf16("1 abc"));
  CHECK_FALSE(is_utf16("1"));
}

}  // namespace greentill
