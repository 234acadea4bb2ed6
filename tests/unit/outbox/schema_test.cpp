// SPDX-License-Identifier: Apache-2.0
#include "daemon/outbox/schema.hpp"

#include <doctest/doctest.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>

#include "daemon/base/file.hpp"
#include "tests/support/temp_dir.hpp"
#include "tests/unit/outbox/chain_maker.hpp"
#include "tests/unit/outbox/store_dump.hpp"

namespace greentill::test {
namespace {

Error refused(const std::filesystem::path& path) {
  SilentLog log;
  const auto opened = outbox::Outbox::open({.path = path}, log);
  REQUIRE_FALSE(opened.ok());
  CHECK(opened.error().message.find(path.string()) != std::string::npos);
  return opened.error();
}

ErrorCode refusal(const std::filesystem::path& path) { return refused(path).code; }

/// Somebody whom the modes of files hold back, which they do not do with root.
class Nobody {
 public:
  Nobody() { REQUIRE((!root_ || ::seteuid(kNobody) == 0)); }
  ~Nobody() {
    if (root_ && ::seteuid(0) != 0) std::abort();
  }
  Nobody(const Nobody&) = delete;
  Nobody& operator=(const Nobody&) = delete;

 private:
  static constexpr uid_t kNobody = 65'534;
  const bool root_ = ::geteuid() == 0;
};

void write(const std::filesystem::path& path, std::string_view bytes) { REQUIRE(write_file_durably(path, bytes, 0600).ok()); }

}  // namespace

TEST_CASE("outbox: a store of another version is refused and left as it is") {
  for (const auto& [version, said] :
       {std::pair("1000", "made by a newer version (schema 1000"), {"7", "made by an older version (schema 7"}}) {
    const TempDir folder;
    const auto path = folder / "outbox.db";
    open_outbox(path);
    REQUIRE(run_sql(path, std::string("PRAGMA user_version = ") + version + "; PRAGMA wal_checkpoint(TRUNCATE)"));
    const auto before = read_file(path);
    const Error error = refused(path);
    CHECK(error.code == ErrorCode::unsupported);
    CHECK(error.message.find(said) != std::string::npos);
    CHECK(read_file(path).value() == before.value());
  }
}

TEST_CASE("outbox: a database of something else is refused and left as it is") {
  const TempDir folder;
  const auto path = folder / "other.db";
  write(path, "");
  REQUIRE(run_sql(path, "CREATE TABLE sales (id)"));
  const auto before = read_file(path);
  CHECK(refusal(path) == ErrorCode::invalid);
  CHECK(read_file(path).value() == before.value());
}

TEST_CASE("outbox: a damaged file is named as damaged") {
  const TempDir folder;
  const auto path = folder / "outbox.db";
  write(path, std::string(8192, 'x'));
  CHECK(refusal(path) == ErrorCode::corrupt);

  std::filesystem::remove(path);
  {
    const auto store = open_outbox(path);
    ChainMaker chain;
    REQUIRE(store->writer().begin_chain(chain.head().chain, chain.start()).ok());
  }
  // The page of `chains`, whatever its number: every page but the header's.
  std::string bytes = read_file(path).value();
  for (std::size_t page = 4096; page < bytes.size(); page += 4096) bytes.replace(page, 8, 8, '\xff');
  write(path, bytes);
  CHECK(refusal(path) == ErrorCode::corrupt);
}

TEST_CASE("outbox: a missing folder is named") {
  const TempDir folder;
  const Error error = refused(folder / "none" / "outbox.db");
  CHECK(error.code == ErrorCode::not_found);
  CHECK(error.message.ends_with("; its folder must exist"));
}

TEST_CASE("outbox: a file that the service may not open is told from one whose folder is missing") {
  const TempDir folder;
  const std::filesystem::path path = folder / "outbox.db";
  const std::string owner = "; it or its folder belongs to another user: chown both to the service's user";
  SUBCASE("the lock") {
    std::filesystem::permissions(folder.path(), std::filesystem::perms{0555});
    const Nobody nobody;
    const Error error = refused(path);
    CHECK(error.code == ErrorCode::denied);
    CHECK(error.message.ends_with("outbox.db.lock: cannot lock: Permission denied" + owner));
  }
  SUBCASE("the store") {
    write(path, "");
    std::filesystem::permissions(folder.path(), std::filesystem::perms{0777});
    std::filesystem::permissions(path, std::filesystem::perms{0});
    const Nobody nobody;
    const Error error = refused(path);
    CHECK(error.code == ErrorCode::denied);
    CHECK(error.message.ends_with("unable to open database file (SQLite code 14)" + owner));
  }
  SUBCASE("a folder in the lock's place") {
    std::filesystem::create_directory(path.string() + ".lock");
    CHECK(refused(path).message.ends_with("; a folder stands in its place"));
  }
  std::filesystem::permissions(folder.path(), std::filesystem::perms{0700});
}

}  // namespace greentill::test
