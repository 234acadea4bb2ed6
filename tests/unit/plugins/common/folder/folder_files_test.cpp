// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <thread>

#include "plugins/common/readers/configuration.hpp"
#include "tests/support/wait.hpp"
#include "tests/unit/plugins/common/folder/folder_bench.hpp"

namespace greentill::plugin {
namespace {

using namespace test;
struct Watched {
  DropFolder folder;
  std::unique_ptr<FolderFiles> files;

  explicit Watched(const std::string& more = {}) {
    files =
        std::make_unique<FolderFiles>(FolderSettings::read(plugin::read_configuration(folder.configuration(more), "test"), 0));
    files->open();
  }
  [[nodiscard]] Texts all() const {
    Texts names;
    while (const auto file = files->next([&](const std::string& name) { return is_in(names, name); }))
      names.push_back(file->name);
    return names;
  }
  static bool is_in(const Texts& names, const std::string& name) {
    return std::find(names.begin(), names.end(), name) != names.end();
  }
};

TEST_CASE("folder: a file is taken when it has been still as the wall clock saw it") {
  const Watched watched("settle_ms = 3600000\n");
  watched.folder.write("new", "x");
  watched.folder.write("old", "x");
  watched.folder.written_ago("old", 3601);
  CHECK(watched.all() == Texts{"old"});
  CHECK(watched.files->is_waiting());
  watched.folder.append("old", "y");
  CHECK(watched.all().empty());
  watched.folder.written_ago("new", 3601);
  CHECK(watched.all() == Texts{"new"});
}

TEST_CASE("folder: a file from the future is taken when it has been still as we saw it, and not while it changes") {
  const Watched watched("settle_ms = 50\n");
  const auto write = [&](const std::string& text) {
    watched.folder.append("file", text);
    watched.folder.written_ago("file", -3600);
  };
  write("x");
  for (int change = 0; change < 3; ++change) {
    const auto seen = std::chrono::steady_clock::now();
    CHECK(watched.all().empty());
    // Had it not changed, it would be taken now; and if it were not, it would not be in the end.
    const auto is_due = [&] { return std::chrono::steady_clock::now() - seen > std::chrono::milliseconds(60); };
    REQUIRE(greentill::test::eventually(is_due));
    write("y");
  }
  CHECK(watched.all().empty());
  CHECK(greentill::test::eventually([&] { return watched.all() == Texts{"file"}; }));
}

TEST_CASE("folder: what is renamed into it is taken at once, and ends a wait") {
  const Watched watched("settle_ms = 3600000\n");
  watched.folder.write("a.xml.part", "x");
  watched.folder.write("slow", "x");
  CHECK(watched.all().empty());
  std::thread renamer([&] { std::filesystem::rename(watched.folder.path() / "a.xml.part", watched.folder.path() / "a.xml"); });
  watched.files->wait(std::chrono::hours(1));
  renamer.join();
  CHECK(watched.all() == Texts{"a.xml"});
}

TEST_CASE("folder: names of unfinished files, folders and links are left alone") {
  const Watched watched;
  for (const char* name : {".hidden", "a.tmp", "b.PART", "c.filepart", "d.xml", "part"}) watched.folder.drop(name, "x");
  std::filesystem::create_directory(watched.folder.path() / "sub");
  std::filesystem::create_symlink(watched.folder.path() / "d.xml", watched.folder.path() / "link");
  CHECK(watched.all() == Texts{"d.xml", "part"});
}

TEST_CASE("folder: more files than are listed at once come all, in order") {
  const Watched watched;
  for (int i = 0; i < 1100; ++i) watched.folder.drop("f" + std::to_string(10'000 + i), "");
  std::string last;
  int count = 0;
  while (const auto file = watched.files->next([](const std::string&) { return false; })) {
    REQUIRE(file->name > last);
    last = file->name;
    ++count;
    watched.files->move_to_done(*file);
  }
  CHECK(count == 1100);
}

TEST_CASE("folder: a file that has changed since it was looked at is not moved") {
  const Watched watched;
  watched.folder.drop("a", "x");
  const auto file = watched.files->next([](const std::string&) { return false; });
  REQUIRE(file);
  watched.folder.append("a", "y");
  watched.files->move_to_done(*file);
  watched.files->move_to_failed(*file, "why");
  CHECK(watched.folder.names() == Texts{"a"});
  CHECK(watched.folder.names("done").empty());
  CHECK(watched.folder.names("failed").empty());
}

TEST_CASE("folder: what lay in done for longer than it shall is removed, and no sooner") {
  const DropFolder folder;
  const auto left_after = [&](std::chrono::hours later) {
    FolderFiles files(FolderSettings::read(plugin::read_configuration(folder.configuration("keep_done_days = 2\n"), "test"), 0));
    files.open();
    folder.drop("done/day.xml", "x");
    folder.drop("failed/other.xml", "x");
    // When it was moved counts, not when it was written.
    folder.written_ago("done/day.xml", 86'400 * 9);
    files.remove_old(std::chrono::system_clock::now() + later);
    return folder.names("done");
  };
  CHECK(left_after(std::chrono::hours(0)) == Texts{"day.xml"});
  CHECK(left_after(std::chrono::hours(47)) == Texts{"day.xml"});
  CHECK(left_after(std::chrono::hours(49)).empty());
  CHECK(folder.names("failed") == Texts{"other.xml"});
}

TEST_CASE("folder: a file of our own that has a second name is left alone") {
  const Watched watched;
  const greentill::test::TempDir state;
  std::ofstream(state / "api.token") << "secret";
  std::filesystem::create_hard_link(state / "api.token", watched.folder.path() / "a.xml");
  watched.folder.written_ago("a.xml", 60);
  watched.folder.drop("b.xml", "x");
  CHECK(watched.all() == Texts{"b.xml"});
}

TEST_CASE("folder: nothing is moved through a link that stands where a folder was") {
  for (const char* which : {"done", "failed"}) {
    CAPTURE(std::string(which));
    const DropFolder folder;
    const greentill::test::TempDir elsewhere;
    std::filesystem::create_directory_symlink(elsewhere.path(), folder.path() / which);
    FolderFiles files(FolderSettings::read(plugin::read_configuration(folder.configuration(), "test"), 0));
    CHECK_THROWS_WITH(files.open(), doctest::Contains("it is a link, which is not followed here"));
  }
  const Watched watched;
  const greentill::test::TempDir elsewhere;
  watched.folder.drop("a", "x");
  const auto file = watched.files->next([](const std::string&) { return false; });
  REQUIRE(file);
  // Too late for the folder that is open.
  std::filesystem::rename(watched.folder.path() / "failed", watched.folder.path() / "moved");
  std::filesystem::create_directory_symlink(elsewhere.path(), watched.folder.path() / "failed");
  watched.files->move_to_failed(*file, "why");
  CHECK(std::filesystem::is_empty(elsewhere.path()));
  CHECK(watched.folder.names("moved") == Texts{"a", "a.reason.txt"});
}

TEST_CASE("folder: the folder itself is not left for another that takes its path") {
  const Watched watched;
  const std::filesystem::path path = watched.folder.path();
  const std::filesystem::path away = path.string() + "-away";
  std::filesystem::rename(path, away);
  CHECK_THROWS_WITH(watched.all(), doctest::Contains("there is no such folder"));
  std::filesystem::create_directory(path);
  CHECK_THROWS_WITH(watched.all(), doctest::Contains("it is another folder than the one that is watched"));
  std::filesystem::remove(path);
  std::filesystem::rename(away, path);
  CHECK(watched.all().empty());
}

TEST_CASE("folder: a reason never takes the place of a file that is called like it") {
  const Watched watched;
  for (const char* name : {"a.reason.txt", "a"}) {
    watched.folder.drop(name, name);
    const auto file = watched.files->next([](const std::string&) { return false; });
    REQUIRE(file);
    watched.files->move_to_failed(*file, "why");
  }
  CHECK(watched.folder.names("failed") == Texts{"a.2", "a.2.reason.txt", "a.reason.txt", "a.reason.txt.reason.txt"});
  CHECK(watched.folder.text("failed/a.reason.txt") == "a.reason.txt");
  CHECK(watched.folder.text("failed/a.2") == "a");
}

TEST_CASE("folder: the longest name there is can be moved, again and again") {
  const Watched watched;
  const std::string longest(255, 'x');
  for (int i = 0; i < 3; ++i) {
    for (const bool well : {true, false}) {
      watched.folder.drop(longest, std::to_string(i));
      const auto file = watched.files->next([](const std::string&) { return false; });
      REQUIRE(file);
      well ? watched.files->move_to_done(*file) : watched.files->move_to_failed(*file, "why");
    }
  }
  CHECK(watched.folder.names().empty());
  CHECK(watched.folder.names("done").size() == 3);
  CHECK(watched.folder.names("failed").size() == 6);
}

}  // namespace
}  // namespace greentill::plugin
