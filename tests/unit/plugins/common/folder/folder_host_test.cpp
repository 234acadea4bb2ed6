// SPDX-License-Identifier: Apache-2.0
// A folder source as the daemon runs it: in a child that is killed at random instants.
#include <doctest/doctest.h>
#include <signal.h>

#include <random>

#include "tests/support/running_time.hpp"
#include "tests/unit/detect/source_bench.hpp"
#include "tests/unit/plugins/common/folder/folder_bench.hpp"

namespace greentill::detect {
namespace {

using namespace test;
using plugin::test::DropFolder;
using plugin::test::Texts;

struct Bench : SourceBench {
  DropFolder folder;

  std::unique_ptr<Sources> start() {
    const PluginSpec spec = patient_spec("lines", test_plugin("folder_of_lines"), folder.configuration("once = true\n"));
    return start_all({spec});
  }
};

bool is_finished(const Sources& sources) { return sources.status()[0].state == "finished"; }

Texts drop_files(const DropFolder& folder, int files, int records) {
  Texts expected;
  for (int file = 0; file < files; ++file) {
    std::string text;
    for (int i = 0; i < records; ++i) {
      expected.push_back(std::to_string(file * records + i));
      text += expected.back() + "\n";
    }
    folder.drop("f" + std::to_string(1000 + file), text);
  }
  return expected;
}

Texts found(const RememberingSink& sink) {
  Texts all;
  for (const auto& kept : sink.kept()) all.push_back(kept.reason.empty() ? kept.event_id : kept.where + ": " + kept.reason);
  return all;
}

TEST_CASE("folder: a child killed at random instants loses nothing, repeats nothing and moves every file") {
  for (const auto& [files, records] : {std::pair{200, 5}, {3, 2000}}) {
    CAPTURE(files);
    Bench bench;
    const Texts expected = drop_files(bench.folder, files, records);
    bench.sink.turns = 20;
    std::mt19937 random(7);
    int kills = 0;
    const auto sources = bench.start();
    while (!is_finished(*sources) && kills < 25) {
      bench.clock.advance(std::chrono::seconds(60));
      for (const pid_t pid : hosts()) {
        greentill::test::let_run(pid, std::chrono::microseconds(random() % 20'000));
        ::kill(pid, SIGKILL);
        ++kills;
      }
    }
    CHECK(kills > 3);
    REQUIRE(bench.eventually_later([&] { return is_finished(*sources); }));
    CHECK(found(bench.sink) == expected);
    CHECK(bench.folder.names().empty());
    CHECK(bench.folder.names("done").size() == static_cast<std::size_t>(files));
  }
}

TEST_CASE("folder: what could not be stored is offered again, and its file waits for it") {
  Bench bench;
  const Texts expected = drop_files(bench.folder, 10, 300);
  bench.sink.fail_at(1500, {ErrorCode::full, "no room on the disk"});
  const auto sources = bench.start();
  REQUIRE(bench.eventually_later([&] { return is_finished(*sources); }));
  CHECK(found(bench.sink) == expected);
  CHECK(bench.folder.names().empty());
}

}  // namespace
}  // namespace greentill::detect
