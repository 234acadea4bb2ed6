// SPDX-License-Identifier: Apache-2.0
#include "daemon/base/log_form.hpp"

#include <doctest/doctest.h>
#include <pty.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <string>

#include "tests/support/in_zone.hpp"

using namespace greentill;

namespace {

LogLine uplink_line(LogLevel level, std::string message) {
  return {level, LogTime(std::chrono::milliseconds(1'795'869'001'250)), "uplink", std::move(message)};
}

}  // namespace

TEST_CASE("log form: the journal gets the level, a terminal the local time, a file a time with its offset") {
  const test::InZone zone("Asia/Kolkata");
  CHECK(log_text(LogForm::journal, uplink_line(LogLevel::warning, "away")) == "<4>uplink: away\n");
  CHECK(log_text(LogForm::journal, uplink_line(LogLevel::error, "away")) == "<3>uplink: away\n");
  CHECK(log_text(LogForm::terminal, uplink_line(LogLevel::warning, "away")) == "2026-11-28 18:00:01 warning uplink: away\n");
  CHECK(log_text(LogForm::plain, uplink_line(LogLevel::info, "there")) == "2026-11-28T18:00:01.250+05:30 info uplink: there\n");
}

TEST_CASE("log form: a program's last word has neither time nor level on a terminal, and both elsewhere") {
  const test::InZone zone("UTC");
  LogLine last{LogLevel::error, LogTime(std::chrono::milliseconds(-1)), "greentilld", "no such file", true};
  CHECK(log_text(LogForm::terminal, last) == "greentilld: no such file\n");
  CHECK(log_text(LogForm::journal, last) == "<3>greentilld: no such file\n");
  CHECK(log_text(LogForm::plain, last) == "1969-12-31T23:59:59.999+00:00 error greentilld: no such file\n");
}

TEST_CASE("log form: a line is one line, and what is too long is cut and says so") {
  CHECK(log_text(LogForm::journal, uplink_line(LogLevel::info, "a\nb\x1b[2J")) == "<6>uplink: a\\x0ab\\x1b[2J\n");
  const std::string longest(LogQueue::kMostMessageBytes, 'x');
  CHECK(log_text(LogForm::journal, uplink_line(LogLevel::info, longest)) == "<6>uplink: " + longest + '\n');
  CHECK(log_text(LogForm::journal, uplink_line(LogLevel::info, longest + 'x')) == "<6>uplink: " + longest + " ... (cut)\n");
}

TEST_CASE("log form: lost lines are told with their number, their times and the cause") {
  const test::InZone zone("UTC");
  const LogTime noon{std::chrono::hours(12)};
  const LogLine told = line_about({{0, 40, 2, 1}, noon, noon + std::chrono::minutes(3)}, "nobody read them in time", noon);
  CHECK(told.level == LogLevel::warning);
  CHECK(told.message == "43 lines were left out from 12:00:00 to 12:03:00 (errors: 1, warnings: 2): nobody read them in time");
}

TEST_CASE("log form: a terminal and the journal are known, and all else is plain") {
  int master = -1;
  int terminal = -1;
  REQUIRE(::openpty(&master, &terminal, nullptr, nullptr, nullptr) == 0);
  int journal[2];
  REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM, 0, journal) == 0);
  struct stat status {};
  REQUIRE(::fstat(journal[0], &status) == 0);
  ::setenv("JOURNAL_STREAM", (std::to_string(status.st_dev) + ':' + std::to_string(status.st_ino)).c_str(), 1);
  CHECK(log_form_of(terminal) == LogForm::terminal);
  CHECK(log_form_of(journal[0]) == LogForm::journal);
  CHECK(log_form_of(journal[1]) == LogForm::plain);  // the variable is inherited also where standard error was turned elsewhere
  ::unsetenv("JOURNAL_STREAM");
  CHECK(log_form_of(journal[0]) == LogForm::plain);
  CHECK(log_form_of(-1) == LogForm::plain);
  for (const int descriptor : {master, terminal, journal[0], journal[1]}) ::close(descriptor);
}
