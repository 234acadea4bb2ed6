// SPDX-License-Identifier: Apache-2.0
// The source as the daemon runs it: logs dropped into a folder, taken once, and reversals beside their sales.
#include <doctest/doctest.h>
#include <signal.h>

#include "tests/unit/detect/source_bench.hpp"
#include "tests/unit/plugins/poslog/logs.hpp"

namespace greentill::detect {
namespace {

using namespace test;
using poslog::test::log_of;
using poslog::test::receipt;
using Texts = std::vector<std::string>;

struct Bench : SourceBench {
  TempFolder folder;

  void drop(const std::string& name, const std::string& text) const {
    std::ofstream(folder.path() / (name + ".part"), std::ios::binary) << text;
    std::filesystem::rename(folder.path() / (name + ".part"), folder.path() / name);
  }
  std::unique_ptr<Sources> start(const std::string& more = {}) {
    const std::string configuration = "path = \"" + folder.path().string() +
                                      "\"\nsettle_ms = 0\nonce = true\nissuer = \"shop\"\nzone = \"Europe/Helsinki\"\n" + more;
    const PluginSpec spec = patient_spec("tills", own_plugin("poslog"), configuration);
    return start_all({spec});
  }
  [[nodiscard]] Texts found() const {
    Texts all;
    for (const auto& kept : sink.kept()) all.push_back(kept.reason.empty() ? kept.event_id : kept.where + ": " + kept.reason);
    return all;
  }
};

bool is_finished(const Sources& sources) { return sources.status()[0].state == "finished"; }

TEST_CASE("poslog: logs in a folder are taken once, and one that breaks off fails behind what was whole") {
  Bench bench;
  bench.drop(
      "1.xml",
      log_of(receipt(1, poslog::test::sale("x")) + receipt(2, poslog::test::sale("x", "much")) +
             receipt(3, poslog::test::line(poslog::test::item("Return", "y", "1", "2", poslog::test::link("Return", 9))))));
  bench.drop("2.xml", "<POSLog>" + receipt(4, poslog::test::sale("x")) + receipt(5, ""));
  bench.drop("3.txt", "no log at all");
  const auto sources = bench.start();
  REQUIRE(bench.eventually_later([&] { return is_finished(*sources); }));
  const auto found = bench.found();
  REQUIRE(found.size() == 7);
  CHECK(found[0] == "9/2/2026-03-01/1");
  CHECK(found[1] == "1.xml: transaction 2: line 1: its Quantity is no amount");
  CHECK(found[2] == "9/2/2026-03-01/3/return/1");
  CHECK(found[3] == "9/2/2026-03-01/4");
  CHECK(found[5] == "2.xml: line 1: it is no XML: no element found");
  CHECK(found[6].starts_with("3.txt: line 1: it is no XML"));
  const auto kept = bench.sink.kept();
  CHECK(kept[2].transaction.reversed.event_id == "9/4/2026-02-20/9");
  CHECK(std::filesystem::exists(bench.folder.path() / "done/1.xml"));
  CHECK(std::filesystem::exists(bench.folder.path() / "failed/2.xml"));
  CHECK(std::filesystem::exists(bench.folder.path() / "failed/2.xml.reason.txt"));
  CHECK(std::filesystem::exists(bench.folder.path() / "failed/3.txt.reason.txt"));
}

TEST_CASE("poslog: killed in the midst of a log it goes on in it, and each receipt came once") {
  Bench bench;
  std::string receipts;
  Texts expected;
  for (int i = 1; i <= 4000; ++i) {
    receipts += receipt(i, poslog::test::sale("x"));
    expected.push_back("9/2/2026-03-01/" + std::to_string(i));
  }
  bench.drop("day.xml", log_of(receipts));
  bench.sink.turns = 20;
  const auto sources = bench.start();
  for (const std::size_t at : {200u, 1500u, 3000u}) {
    REQUIRE(bench.eventually_later([&] { return bench.sink.count() > at; }));
    for (const pid_t pid : hosts()) ::kill(pid, SIGKILL);
  }
  REQUIRE(bench.eventually_later([&] { return is_finished(*sources); }));
  CHECK(bench.found() == expected);
  CHECK(std::filesystem::exists(bench.folder.path() / "done/day.xml"));
}

TEST_CASE("poslog: a wrong configuration is a fault that names the key") {
  Bench bench;
  const auto sources = bench.start("colour = \"green\"\n");
  REQUIRE(bench.eventually_later([&] { return sources->status()[0].faults > 0; }));
  CHECK(sources->status()[0].last_fault.starts_with("poslog:6:10: key 'colour' is not known here"));
}

}  // namespace
}  // namespace greentill::detect
