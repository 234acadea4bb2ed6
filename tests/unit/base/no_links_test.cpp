// SPDX-License-Identifier: Apache-2.0
#include "daemon/base/no_links.hpp"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/stat.h>

#include <fstream>

#include "tests/support/temp_dir.hpp"

namespace greentill::no_links_test {
namespace {

namespace fs = std::filesystem;

FileId id_of(const fs::path& path) {
  struct stat status {};
  REQUIRE(::stat(path.c_str(), &status) == 0);
  return {status.st_dev, status.st_ino};
}

struct Tree {
  test::TempDir temp;
  Tree() {
    fs::create_directories(temp / "a/b");
    std::ofstream(temp / "a/b/file") << "x";
    fs::create_directory_symlink("a", temp / "link");
    fs::create_symlink("file", temp / "a/b/other");
    fs::create_symlink("nothing", temp / "dangling");
  }
  [[nodiscard]] std::string fault(const std::string& below, int flags = O_RDONLY) const {
    const auto opened = open_without_links(temp / below, flags);
    return opened.ok() ? "" : opened.error().message;
  }
};

TEST_CASE("no links: files and folders are opened, and what lies on the way is told") {
  const Tree tree;
  std::vector<FileId> passed;
  const auto file = open_without_links(tree.temp / "a/./b/../b/file", O_RDONLY, &passed);
  REQUIRE(file.ok());
  char byte = 0;
  CHECK(::read(file->get(), &byte, 1) == 1);
  REQUIRE(passed.size() >= 4);
  CHECK(passed.front() == id_of("/"));
  CHECK(passed[passed.size() - 3] == id_of(tree.temp / "a"));
  CHECK(passed.back() == id_of(tree.temp / "a/b/file"));
  CHECK(open_without_links(tree.temp / "a/b/", O_RDONLY | O_DIRECTORY).ok());
  CHECK(open_without_links("/", O_PATH).ok());
}

TEST_CASE("no links: a link is refused wherever it stands, to whatever it leads, and is named") {
  const Tree tree;
  for (const int flags : {O_RDONLY, O_PATH, O_RDONLY | O_DIRECTORY, O_RDONLY | O_NONBLOCK}) {
    CAPTURE(flags);
    for (const char* path : {"link", "link/", "link/b", "link/b/file"}) {
      CHECK(tree.fault(path, flags) ==
            (tree.temp / "link").string() + ": it is a link, which is not followed here: name what it leads to");
    }
    CHECK(tree.fault("a/b/other", flags).find("a/b/other: it is a link") != std::string::npos);
    CHECK(tree.fault("dangling", flags).find("dangling: it is a link") != std::string::npos);
  }
  CHECK(open_without_links(tree.temp / "link", O_PATH).error().code == ErrorCode::denied);
}

TEST_CASE("no links: what is not there, no folder or no absolute path is told apart") {
  const Tree tree;
  CHECK(open_without_links(tree.temp / "a/c/d", O_PATH).error().code == ErrorCode::not_found);
  CHECK(tree.fault("a/b/file/x").find("a/b/file: it cannot be opened: Not a directory") != std::string::npos);
  CHECK(open_without_links("a/b", O_PATH).error().code == ErrorCode::invalid);
}

TEST_CASE("no links: folders are made, but none through a link, and none above") {
  const Tree tree;
  CHECK(make_folder_without_links(tree.temp / "a/x/y", O_RDONLY).ok());
  CHECK(make_folder_without_links(tree.temp / "a/x/y", O_RDONLY).ok());
  CHECK(fs::is_directory(tree.temp / "a/x/y"));
  CHECK_FALSE(make_folder_without_links(tree.temp / "link/made", O_RDONLY).ok());
  CHECK_FALSE(fs::exists(tree.temp / "a/made"));
  CHECK_FALSE(make_folder_without_links(tree.temp / "a/b/file", O_RDONLY).ok());
  const auto a = open_without_links(tree.temp / "a", O_RDONLY | O_DIRECTORY);
  REQUIRE(a.ok());
  CHECK(make_folder_below(a->get(), "done/today", O_RDONLY).ok());
  CHECK(fs::is_directory(tree.temp / "a/done/today"));
  for (const char* outside : {"..", "../made", "b/../../made", "/made"}) {
    CHECK(make_folder_below(a->get(), outside, O_RDONLY).error().code == ErrorCode::invalid);
  }
  CHECK_FALSE(fs::exists(tree.temp / "made"));
}

}  // namespace
}  // namespace greentill::no_links_test
