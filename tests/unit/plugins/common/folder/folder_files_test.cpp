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

}  // namespace
}  // namespace greentill::plugin
