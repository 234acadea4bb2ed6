// SPDX-License-Identifier: Apache-2.0
// The root cause of several checks that do not pass, and the exit code.
#include <doctest/doctest.h>

#include <set>

#include "tools/cli/doctor/rank.hpp"
#include "tools/cli/doctor/report.hpp"

using namespace greentill::doctor;

namespace {

Check failing(Cause cause) {
  return fails(std::string(to_string(cause)), cause, "found " + std::string(to_string(cause)), "next");
}

Checks all_failing(std::initializer_list<Cause> causes) {
  Checks checks;
  for (const Cause cause : causes) checks.push_back(failing(cause));
  return checks;
}

Cause first_of(const Checks& checks) {
  const auto ranked = rank(checks);
  return ranked.empty() ? Cause::none : checks[ranked.front().check].cause;
}

constexpr Cause kLast = Cause::slow_disk;
Cause cause_at(int number) { return static_cast<Cause>(number); }

}  // namespace

TEST_CASE("doctor: a wrong clock explains TLS, which explains the claims that wait, in whatever order they were found") {
  for (const auto& checks : {all_failing({Cause::clock, Cause::broker_dates, Cause::overdue}),
                             all_failing({Cause::overdue, Cause::broker_dates, Cause::clock})}) {
    CHECK(first_of(checks) == Cause::clock);
    const auto ranked = rank(checks);
    REQUIRE(ranked.size() == 3);
    for (std::size_t i = 1; i < 3; ++i) {
      REQUIRE(ranked[i].explained_by.has_value());
      CHECK(checks[*ranked[i].explained_by].cause == Cause::clock);
    }
  }
}

TEST_CASE("doctor: each of these is told before what follows of it") {
  const std::pair<Cause, Cause> pairs[] = {{Cause::disk_read_only, Cause::daemon_down},
                                           {Cause::disk_full, Cause::daemon_trouble},
                                           {Cause::configuration, Cause::daemon_down},
                                           {Cause::not_enrolled, Cause::key},
                                           {Cause::key, Cause::daemon_down},
                                           {Cause::certificate, Cause::certificate_refused},
                                           {Cause::certificate_dates, Cause::login},
                                           {Cause::store_went_back, Cause::daemon_down},
                                           {Cause::store_damaged, Cause::daemon_down},
                                           {Cause::network_down, Cause::name},
                                           {Cause::name, Cause::login},
                                           {Cause::port, Cause::login},
                                           {Cause::portal, Cause::overdue},
                                           {Cause::broker_certificate, Cause::login},
                                           {Cause::certificate_refused, Cause::login},
                                           {Cause::login, Cause::not_taken},
                                           {Cause::service_silent, Cause::overdue},
                                           {Cause::receipts_untrusted, Cause::overdue},
                                           {Cause::clock, Cause::certificate_dates},
                                           {Cause::source_configuration, Cause::source_broken},
                                           {Cause::network_down, Cause::renewal},
                                           {Cause::daemon_down, Cause::overdue}};
  for (const auto& [root, other] : pairs) {
    const std::string words = std::string(to_string(root)) + " before " + std::string(to_string(other));
    CHECK_MESSAGE(explains(root, other), words);
    CHECK_MESSAGE(first_of(all_failing({other, root})) == root, words);
  }
}

TEST_CASE("doctor: nothing explains itself, nor anything that explains it, over however many steps") {
  for (int i = 1; i <= static_cast<int>(kLast); ++i) {
    std::set<int> seen;
    std::vector<int> next{i};
    while (!next.empty()) {
      const int one = next.back();
      next.pop_back();
      for (int other = 1; other <= static_cast<int>(kLast); ++other) {
        if (!explains(cause_at(one), cause_at(other)) || !seen.insert(other).second) continue;
        next.push_back(other);
      }
    }
    CHECK_MESSAGE(seen.count(i) == 0, to_string(cause_at(i)));
  }
}

TEST_CASE("doctor: what one does not explain stays a cause of its own") {
  CHECK_FALSE(explains(Cause::clock, Cause::port));
  CHECK_FALSE(explains(Cause::clock, Cause::broker_certificate));
  CHECK_FALSE(explains(Cause::port, Cause::daemon_down));
  CHECK_FALSE(explains(Cause::source_loses, Cause::overdue));
  const Checks checks = all_failing({Cause::source_loses, Cause::port});
  CHECK(first_of(checks) == Cause::port);
  for (const Ranked& one : rank(checks)) CHECK_FALSE(one.explained_by.has_value());
}

TEST_CASE("doctor: a warning is told where nothing fails, and explains nothing") {
  Checks checks{warns("disk", Cause::disk_full, "nearly full", "make room"), failing(Cause::daemon_trouble)};
  CHECK(first_of(checks) == Cause::daemon_trouble);
  CHECK_FALSE(rank(checks).front().explained_by.has_value());
  checks.pop_back();
  CHECK(first_of(checks) == Cause::disk_full);
  CHECK(exit_code(checks, rank(checks)) == 1);
}

TEST_CASE("doctor: the exit code is of the root's class; what could be known and is not is 1") {
  const auto code_of = [](const Checks& checks) { return exit_code(checks, rank(checks)); };
  CHECK(code_of({}) == 0);
  CHECK(code_of({pass("a", "")}) == 0);
  CHECK(code_of({unknown("wear", "it does not tell")}) == 0);
  CHECK(code_of({unknown("store", "you may not", "run it as root")}) == 1);
  CHECK(code_of(all_failing({Cause::configuration})) == 10);
  CHECK(code_of(all_failing({Cause::clock, Cause::overdue})) == 11);
  CHECK(code_of(all_failing({Cause::printer})) == 20);
}

TEST_CASE("doctor: every cause has a name of its own, and a class") {
  std::set<std::string_view> names;
  for (int i = 0; i <= static_cast<int>(kLast); ++i) {
    CHECK(names.insert(to_string(cause_at(i))).second);
    CHECK_FALSE(to_string(class_of(cause_at(i))).empty());
  }
  CHECK(to_string(Cause::slow_disk) == "slow-disk");
  CHECK(class_of(Cause::slow_disk) == Class::disk);
  CHECK(to_string(Class::printer) == "printer");
}

TEST_CASE("doctor: the first line is the cause, and what steers a terminal is made visible") {
  Checks checks = all_failing({Cause::overdue, Cause::port});
  checks[1].found = "nothing listens \x1b[31m there";
  checks[1].quoted = {"go\x07 away"};
  const std::string text = report_text(checks, rank(checks));
  CHECK(text.substr(0, text.find('\n')) == "nothing listens \\x1b[31m there");
  CHECK(text.find('\x07') == std::string::npos);
  CHECK(text.find("with it: overdue") != std::string::npos);
  const Json json = report_json(checks, rank(checks));
  CHECK(json["cause"]["cause"] == "port");
  CHECK(json["cause"]["explains"] == Json{"overdue"});
  CHECK(json["checks"][0]["explained_by"] == "port");
  CHECK(json["exit_code"] == 16);
  CHECK(report_text({}, {}).starts_with("nothing is wrong\n"));
}
