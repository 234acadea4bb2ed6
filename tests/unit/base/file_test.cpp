// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <csignal>
#include <iterator>
#include <string>

#include <sys/resource.h>
#include <sys/stat.h>

#include "daemon/base/file.hpp"
#include "tests/support/temp_dir.hpp"

namespace greentill::test {
namespace {

std::size_t entries(const std::filesystem::path& folder) {
  return static_cast<std::size_t>(std::distance(std::filesystem::directory_iterator(folder), {}));
}

unsigned mode_of(const std::filesystem::path& path) {
  struct stat status {};
  REQUIRE(::stat(path.c_str(), &status) == 0);
  return status.st_mode & 0777u;
}

/// As a full disk would: no file may grow beyond so many bytes.
class FileSizeLimit {
 public:
  explicit FileSizeLimit(rlim_t bytes) : handler_(std::signal(SIGXFSZ, SIG_IGN)) {
    ::getrlimit(RLIMIT_FSIZE, &before_);
    const rlimit limit{bytes, before_.rlim_max};
    ::setrlimit(RLIMIT_FSIZE, &limit);
  }
  FileSizeLimit(const FileSizeLimit&) = delete;
  FileSizeLimit& operator=(const FileSizeLimit&) = delete;
  ~FileSizeLimit() {
    ::setrlimit(RLIMIT_FSIZE, &before_);
    std::signal(SIGXFSZ, handler_);
  }

 private:
  rlimit before_{};
  void (*handler_)(int);
};

}  // namespace

TEST_CASE("file: what was written is read, and replaced as a whole with the mode asked for") {
  const TempDir folder;
  const auto path = folder / "secret";
  const std::string bytes("a\0b\r\n\xff", 6);
  REQUIRE(write_file_durably(path, bytes, 0600).ok());
  CHECK(read_file(path).value() == bytes);
  CHECK(mode_of(path) == 0600u);
  REQUIRE(write_file_durably(path, "", 0640).ok());
  CHECK(read_file(path).value().empty());
  CHECK(mode_of(path) == 0640u);
  CHECK(entries(folder.path()) == 1);
}

TEST_CASE("file: one that cannot be written leaves the old one, and nothing beside it") {
  const TempDir folder;
  const auto path = folder / "boot";
  REQUIRE(write_file_durably(path, "41", 0600).ok());
  {
    const FileSizeLimit full(1000);
    const Status written = write_file_durably(path, std::string(5000, 'x'), 0600);
    REQUIRE_FALSE(written.ok());
    CHECK(written.error().message.find("cannot write") != std::string::npos);
  }
  CHECK(read_file(path).value() == "41");
  CHECK(entries(folder.path()) == 1);

  std::filesystem::create_directories(folder / "taken" / "by-another");
  REQUIRE_FALSE(write_file_durably(folder / "taken", "x").ok());
  CHECK(entries(folder.path()) == 2);
  CHECK(write_file_durably(folder / "nowhere" / "file", "x").error().code == ErrorCode::not_found);
}

TEST_CASE("file: reading says what is missing, too large or no file") {
  const TempDir folder;
  const auto path = folder / "list";
  CHECK(read_file(path).error().code == ErrorCode::not_found);
  CHECK(read_file(path).error().message.find(path.string()) != std::string::npos);
  CHECK(read_file(folder.path()).error().code == ErrorCode::io);
  REQUIRE(write_file_durably(path, std::string(40'000, 'x')).ok());
  CHECK(read_file(path, 40'000).value().size() == 40'000);
  CHECK(read_file(path, 39'999).error().code == ErrorCode::invalid);
}

}  // namespace greentill::test
