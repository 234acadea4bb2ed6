// SPDX-License-Identifier: Apache-2.0
#include "daemon/detect/sources.hpp"

#include <doctest/doctest.h>
#include <signal.h>

#include <fstream>
#include <sstream>

#include "tests/unit/detect/source_bench.hpp"

namespace greentill::detect::sources_test {
namespace {

using namespace test;

struct Bench : SourceBench {
  std::unique_ptr<Sources> start(const std::string& configuration) {
    return start_all({patient_spec("counter", test_plugin("c_source"), configuration)});
  }
};

void check_numbers(const RememberingSink& sink, std::size_t count) {
  const auto kept = sink.kept();
  REQUIRE(kept.size() == count);
  for (std::size_t i = 0; i < count; ++i) REQUIRE(kept[i].event_id == std::to_string(i + 1));
}

/// Of a call that may hang: short, since the test waits for it, and long beside what a call takes.
constexpr std::chrono::seconds kWatched{4};

bool is_finished(const Sources& sources) { return sources.status()[0].state == "finished"; }

TEST_CASE("sources: every transaction arrives once, in order, with its position, and the source is told") {
  Bench bench;
  const auto sources = bench.start("5000");
  REQUIRE(eventually([&] { return is_finished(*sources); }));
  check_numbers(bench.sink, 5000);
  CHECK(*bench.sink.position("counter") == "5000");
  CHECK(sources->status()[0].calls == 5000);
  CHECK(sources->status()[0].faults == 0);
  CHECK(bench.log.has("told of durable records"));
}

TEST_CASE("sources: a start goes on behind the stored position") {
  Bench bench;
  bench.sink.set_position("counter", "4998");
  const auto sources = bench.start("5000");
  REQUIRE(eventually([&] { return is_finished(*sources); }));
  REQUIRE(bench.sink.kept().size() == 2);
  CHECK(bench.sink.kept()[0].event_id == "4999");
}

TEST_CASE("sources: no more than 1024 records are under way, and the rest follows when they are durable") {
  Bench bench;
  bench.sink.hold();
  const auto sources = bench.start("3000");
  REQUIRE(eventually([&] { return bench.sink.held() == 1024; }));
  // Blocked on its window, the child would have sent what it may.
  REQUIRE(come_to_rest());
  CHECK(bench.sink.held() == 1024);
  bench.sink.release();
  REQUIRE(eventually([&] { return is_finished(*sources); }));
  check_numbers(bench.sink, 3000);
}

TEST_CASE("sources: of large records fewer are under way, and a source that waits for that is not taken for one that hangs") {
  Bench bench;
  bench.sink.hold();
  PluginSpec spec = patient_spec("counter", test_plugin("c_source"), "300 wide");
  spec.patience = kWatched;
  const auto sources = bench.start_all({spec});
  REQUIRE(eventually([&] { return bench.sink.held() > 10; }));
  REQUIRE(come_to_rest());
  // One that does hang, and began to do so later, is ended first if either is.
  PluginSpec hanging = patient_spec("hanging", test_plugin("hang_source"), "poll");
  hanging.patience = kWatched;
  SourceBench other;
  const auto hangs = other.start_all({hanging});
  REQUIRE(eventually([&] { return hangs->status()[0].faults > 0; }));
  CHECK(hangs->status()[0].last_fault.find("did not return in its time") != std::string::npos);
  CHECK(bench.sink.held() < 100);  // of 60 KB each
  bench.sink.release();
  CHECK(eventually([&] { return is_finished(*sources); }));
  CHECK_MESSAGE(sources->status()[0].faults == 0, sources->status()[0].last_fault);
  check_numbers(bench.sink, 300);
}

TEST_CASE("sources: one whose records the daemon takes slowly is not taken for one that hangs") {
  Bench bench;
  std::unique_lock gate(bench.sink.gate);
  PluginSpec spec = patient_spec("counter", test_plugin("c_source"), "300 wide");
  spec.patience = kWatched;
  const auto sources = bench.start_all({spec});
  REQUIRE(come_to_rest());  // what it hands in by one call is more than a socket holds
  PluginSpec hanging = patient_spec("hanging", test_plugin("hang_source"), "poll");
  hanging.patience = kWatched;
  SourceBench other;
  const auto hangs = other.start_all({hanging});
  REQUIRE(eventually([&] { return hangs->status()[0].faults > 0; }));
  gate.unlock();
  CHECK(eventually([&] { return is_finished(*sources) || sources->status()[0].faults > 0; }));
  CHECK_MESSAGE(sources->status()[0].faults == 0, sources->status()[0].last_fault);
  check_numbers(bench.sink, 300);
}

TEST_CASE("sources: a child killed in the midst goes on without gap or repeat") {
  Bench bench;
  bench.sink.turns = 20;
  const auto sources = bench.start("20000");
  for (const std::size_t at : {500u, 4000u, 9000u, 15000u}) {
    REQUIRE(bench.eventually_later([&] { return bench.sink.count() > at; }));
    for (const pid_t pid : hosts()) ::kill(pid, SIGKILL);
  }
  REQUIRE(bench.eventually_later([&] { return is_finished(*sources); }));
  check_numbers(bench.sink, 20000);
  CHECK(sources->status()[0].faults >= 1);
}

TEST_CASE("sources: what could not be stored is offered again, and what followed it too") {
  Bench bench;
  bench.sink.fail_at(777, {ErrorCode::full, "no room on the disk"});
  const auto sources = bench.start("3000");
  REQUIRE(bench.eventually_later([&] { return is_finished(*sources); }));
  check_numbers(bench.sink, 3000);
  CHECK(bench.log.has("its records are offered again later: no room on the disk"));
}

TEST_CASE("sources: a record that can never be taken does not stop the source") {
  Bench bench;
  const auto sources = bench.start("10");
  REQUIRE(eventually([&] { return is_finished(*sources); }));
  Bench other;
  other.sink.fail_at(3, {ErrorCode::invalid, "not a transaction of this shop"});
  const auto again = other.start("10");
  REQUIRE(eventually([&] { return is_finished(*again); }));
}

TEST_CASE("sources: rejected records are warnings in the log, no more of them than of any other line, and all are taken") {
  Bench bench;
  const auto sources = bench.start("20000 rejected");
  REQUIRE(eventually([&] { return is_finished(*sources); }));
  CHECK(bench.sink.count() == 20'000);
  CHECK(bench.log.has("1: it is no ride"));
  const std::size_t told = bench.log.count("it is no ride");
  CHECK(told <= bench.ration.most());
  std::size_t left_out = 0;
  std::istringstream lines(bench.log.text());
  for (std::string line; std::getline(lines, line);) {
    if (line.find("lines were left out here") != std::string::npos) left_out += std::stoul(line);
  }
  CHECK(told + left_out == 20'000);
}

TEST_CASE("sources: a card number is masked in a unit, and rejected for an account token") {
  Bench bench;
  const TempFolder folder;
  const std::string journal = (folder.path() / "sales.ndjson").string();
  const std::string front = R"({"issuer":"till","kind":"sale","begin":1700000000,"event_id":)";
  std::ofstream(journal) << front << R"("1","account_token":"token-1","quantities":{"4111111111111111":1}})" << '\n'
                         << front << R"("2","account_token":"4111111111111111"})" << '\n';
  const PluginSpec spec =
      patient_spec("till", own_plugin("journal"), "format = \"ndjson\"\nonce = true\npath = \"" + journal + "\"\n");
  const auto sources = bench.start_all({spec});
  REQUIRE(eventually([&] { return is_finished(*sources); }));
  const auto kept = bench.sink.kept();
  REQUIRE(kept.size() == 2);
  CHECK(kept[0].transaction.account_token == "token-1");
  CHECK(kept[0].transaction.quantities.at(0).unit == "************1111");
  CHECK(kept[1].reason.find("account_token: must not be a card number") != std::string::npos);
  CHECK(kept[1].transaction.account_token.empty());
  CHECK(kept[1].position != kept[0].position);
}

TEST_CASE("sources: a record too long for a frame is rejected alone, and what was handed in around it arrives") {
  Bench bench;
  const auto sources = bench.start("500 heavy");
  REQUIRE(eventually([&] { return is_finished(*sources); }));
  const auto kept = bench.sink.kept();
  REQUIRE(kept.size() == 500);
  for (std::size_t i = 0; i < kept.size(); ++i) {
    CHECK(kept[i].position == std::to_string(i + 1));
    CHECK(kept[i].place == std::to_string(i + 1));
  }
  CHECK(kept[399].transaction.lines.size() == 9060);
  CHECK(kept[409].reason == "it takes more than 4 MiB with its lines and attributes");
}

TEST_CASE("sources: a library that cannot be one is named in the status while it is tried again") {
  Bench bench;
  const PluginSpec spec = patient_spec("wrong", test_plugin("c_detector"), "x");
  const auto sources = bench.start_all({spec});
  REQUIRE(bench.eventually_later([&] { return sources->status()[0].faults >= 2; }));
  CHECK(sources->status()[0].last_fault.find("it is a detector, not a source") != std::string::npos);
  CHECK(sources->status()[0].state == "restarting");
  const PluginSpec absent = patient_spec("absent", test_plugin("absent"), "");
  CHECK(!Sources::start({absent}, host_program(), bench.sink, bench.clock, bench.log).ok());
}

TEST_CASE("sources: the end comes at once, with records under way and callbacks that come later") {
  Bench bench;
  bench.sink.hold();
  {
    const auto sources = bench.start("3000");
    REQUIRE(eventually([&] { return bench.sink.held() > 0; }));
  }
  CHECK(hosts().empty());
  bench.sink.release();
}

}  // namespace
}  // namespace greentill::detect::sources_test
