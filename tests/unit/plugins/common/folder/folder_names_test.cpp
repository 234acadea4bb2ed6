// SPDX-License-Identifier: Apache-2.0
// What it costs to find a name where thousands like it are taken, counted in calls of the system.
#include <doctest/doctest.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>

#include "plugins/common/folder/folder.hpp"
#include "tests/support/temp_dir.hpp"

namespace {
int looks = 0;
}

// In place of the C library's, for this program: each look at a name is counted.
extern "C" int fstatat(int folder, const char* name, struct stat* status, int flags) noexcept {
  ++looks;
  return static_cast<int>(::syscall(SYS_newfstatat, folder, name, status, flags));
}

namespace greentill::plugin::folder_names_test {
namespace {

namespace fs = std::filesystem;

TEST_CASE("folder names: the ten-thousandth file of one name costs a few looks, not ten thousand") {
  const greentill::test::TempDir temp;
  fs::create_directory(temp / "done");
  const auto from = Folder::open(temp.path());
  REQUIRE(from.ok());
  const auto done = Folder::make(temp / "done", *from);
  REQUIRE(done.ok());
  int most = 0;
  for (int i = 1; i <= 10'000; ++i) {
    std::ofstream(temp / "receipt.xml") << i;
    looks = 0;
    const std::string name = from->move("receipt.xml", *done, "receipt.xml");
    most = std::max(most, looks);
    REQUIRE(name == (i == 1 ? "receipt.xml" : "receipt.xml." + std::to_string(i)));
  }
  CHECK(most > 0);
  CHECK(most <= 32);
}

TEST_CASE("folder names: a name that was freed is found, and none is ever replaced") {
  const greentill::test::TempDir temp;
  const auto folder = Folder::open(temp.path());
  REQUIRE(folder.ok());
  const auto touch = [&](const std::string& name) { std::ofstream(temp / name) << name; };
  CHECK(folder->free_name("a") == "a");
  touch("a");
  CHECK(folder->free_name("a") == "a.2");
  for (const char* taken : {"a.2", "a.4", "a.8"}) touch(taken);
  CHECK(folder->free_name("a") == "a.9");
  fs::remove(temp / "a.2");
  CHECK(folder->free_name("a") == "a.2");
  fs::create_symlink("nowhere", temp / "a.2");  // a link to nothing is something too
  const std::string next = folder->free_name("a");
  CHECK_FALSE(fs::exists(fs::symlink_status(temp / next)));
  CHECK(folder->free_name("b", ".reason.txt") == "b");
  touch("b.reason.txt");
  CHECK(folder->free_name("b", ".reason.txt") == "b.2");
}

}  // namespace
}  // namespace greentill::plugin::folder_names_test
