// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <thread>

#include "tests/unit/plugins/common/folder_bench.hpp"

namespace greentill::plugin {
namespace {

using namespace test;
using std::chrono::milliseconds;

struct Watched {
  DropFolder folder;
  std::unique_ptr<FolderFiles> files;

  explicit Watched(const std::string& more = {}) {
    files = std::make_unique<FolderFiles>(FolderSettings::read(Toml::parse(folder.configuration(more), "test"), 0));
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

TEST_CASE("folder: a file is taken when it has been still, as the wall clock or we saw it") {
  const Watched watched("settle_ms = 300\n");
  watched.folder.write("new", "x");
  watched.folder.write("from-the-future", "x");
  watched.folder.written_ago("from-the-future", -3600);
  watched.folder.drop("old", "x");
  CHECK(watched.all() == Texts{"old"});
  CHECK(watched.files->is_waiting());
  std::this_thread::sleep_for(milliseconds(200));
  watched.folder.append("new", "y");
  watched.folder.append("from-the-future", "y");
  watched.folder.written_ago("from-the-future", -3600);
  CHECK(watched.all() == Texts{"old"});
  std::this_thread::sleep_for(milliseconds(400));
  CHECK(watched.all() == Texts{"from-the-future", "new", "old"});
}

TEST_CASE("folder: what is renamed into it is taken at once, and ends a wait") {
  const Watched watched("settle_ms = 3600000\n");
  watched.folder.write("a.xml.part", "x");
  watched.folder.write("slow", "x");
  CHECK(watched.all().empty());
  const auto begin = std::chrono::steady_clock::now();
  std::thread renamer([&] { std::filesystem::rename(watched.folder.path() / "a.xml.part", watched.folder.path() / "a.xml"); });
  watched.files->wait(std::chrono::seconds(30));
  renamer.join();
  CHECK(std::chrono::steady_clock::now() - begin < std::chrono::seconds(20));
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
    FolderFiles files(FolderSettings::read(Toml::parse(folder.configuration("keep_done_days = 2\n"), "test"), 0));
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
