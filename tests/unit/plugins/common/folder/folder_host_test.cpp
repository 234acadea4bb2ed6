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
    int in_vain = 0;  // in a row; a file over which three were lost would be given up
    std::size_t stored = 0;
    const auto sources = bench.start();
    while (!is_finished(*sources) && kills < 25) {
      bench.clock.advance(std::chrono::seconds(60));
      in_vain = bench.sink.count() > stored ? 0 : in_vain;
      stored = bench.sink.count();
      if (in_vain == 2) {
        REQUIRE(bench.eventually_later([&] { return bench.sink.count() > stored || is_finished(*sources); }));
        continue;
      }
      for (const pid_t pid : hosts()) {
        greentill::test::let_run(pid, std::chrono::microseconds(random() % 20'000));
        ::kill(pid, SIGKILL);
        ++kills;
        ++in_vain;
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

/// A folder source whose lost lives are kept in a file, as the daemon has it.
struct Shop : SourceBench {
  DropFolder folder;
  TempFolder state;
  std::unique_ptr<Sources> sources;
  std::chrono::milliseconds patience = kNoEnd;

  void start(const std::string& more = "once = true\n") {
    PluginSpec spec = patient_spec("lines", test_plugin("folder_of_lines"), folder.configuration(more));
    spec.patience = patience;
    spec.lost_lives = lost();
    spec.secrets = {state.path()};
    sources = start_all({spec});
  }
  [[nodiscard]] std::filesystem::path lost() const { return state.path() / "lost-lines"; }
  [[nodiscard]] PluginStatus status() const { return sources->status()[0]; }
  bool finishes() {
    return eventually_later([&] { return status().state == "finished"; });
  }
};

TEST_CASE("folder: a file that ends its reader three times is given up with its reason, and those behind it are read") {
  for (const char* deed : {"crash", "hang"}) {
    CAPTURE(std::string(deed));
    Shop shop;
    if (deed == std::string("hang")) shop.patience = std::chrono::milliseconds(500);
    shop.folder.drop("a", "1\n2\n");
    shop.folder.drop("b", "3\n" + std::string(deed) + "\n4\n");
    shop.folder.drop("c", "5\n");
    shop.start();
    REQUIRE(shop.finishes());
    const Texts all = found(shop.sink);
    REQUIRE(all.size() == 5);
    CHECK(Texts(all.begin(), all.begin() + 3) == Texts{"1", "2", "3"});
    CHECK(all[3].find("b: its reader was lost over it 3 times in a row: ") == 0);
    const char* end = deed == std::string("hang") ? "did not return in its time and was ended" : "was ended by signal 6";
    CHECK_MESSAGE(all[3].find(end) != std::string::npos, all[3]);
    CHECK(all[4] == "5");
    // One that got as far as a record does not count with those before it.
    CHECK(shop.status().faults >= 3);
    CHECK(shop.status().faults <= 5);
    CHECK(shop.folder.names("done") == Texts{"a", "c"});
    CHECK(shop.folder.names("failed") == Texts{"b", "b.reason.txt"});
    CHECK(shop.folder.text("failed/b.reason.txt").find("its reader was lost over it 3 times in a row") == 0);
    CHECK_FALSE(std::filesystem::exists(shop.lost()));
  }
}

TEST_CASE("folder: a file that was given up and is moved back has its three lives again") {
  Shop shop;
  shop.folder.drop("a", "crash\n");
  shop.start();
  REQUIRE(shop.finishes());
  CHECK(shop.status().faults == 3);
  std::filesystem::rename(shop.folder.path() / "failed/a", shop.folder.path() / "a");
  shop.start();
  REQUIRE(shop.finishes());
  CHECK(shop.status().faults == 3);
}

TEST_CASE("folder: lives lost in one daemon's time count in the next one's") {
  Shop shop;
  shop.folder.drop("a", "crash\n");
  for (int day = 0; day < 3; ++day) {
    shop.start();
    // The clock stands still, so that no other child is started.
    REQUIRE(eventually([&] { return shop.status().faults == 1; }));
    REQUIRE(eventually([&] { return std::filesystem::exists(shop.lost()); }));
    shop.sources.reset();
  }
  shop.start();
  REQUIRE(shop.finishes());
  CHECK(shop.status().faults == 0);
  CHECK(shop.folder.names("failed") == Texts{"a", "a.reason.txt"});
}

TEST_CASE("folder: a daemon that is stopped while a file is being read takes no life of it") {
  Shop shop;
  shop.folder.drop("a", "1\nhang\n");
  for (int day = 0; day < 4; ++day) {
    shop.start();
    REQUIRE(shop.eventually_later([&] { return shop.status().state == "running"; }));
    REQUIRE(come_to_rest());
    shop.sources.reset();
    CHECK_FALSE(std::filesystem::exists(shop.lost()));
  }
  CHECK(shop.folder.names() == Texts{"a"});
}

TEST_CASE("folder: one that takes its place while the source runs is not read, nor the state folder behind a link") {
  Shop shop;
  const std::filesystem::path path = shop.folder.path();
  const std::filesystem::path away = path.string() + "-away";
  std::ofstream(shop.state.path() / "api.token") << "secret";
  shop.folder.drop("a", "1\n");
  shop.start("");
  REQUIRE(shop.eventually_later([&] { return std::filesystem::exists(path / "done/a"); }));
  std::filesystem::rename(path, away);
  std::filesystem::create_directory_symlink(shop.state.path(), path);
  REQUIRE(shop.eventually_later([&] { return shop.log.has(path.string() + ": it is a link, which is not followed here"); }));
  CHECK(std::filesystem::file_size(shop.state.path() / "api.token") == 6);
  CHECK_FALSE(std::filesystem::exists(shop.state.path() / "failed"));
  std::filesystem::remove(path);
  std::filesystem::rename(away, path);
  shop.folder.drop("b", "2\n");
  CHECK(shop.eventually_later([&] { return found(shop.sink) == Texts{"1", "2"}; }));
}

}  // namespace
}  // namespace greentill::detect
