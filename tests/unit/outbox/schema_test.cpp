// SPDX-License-Identifier: Apache-2.0
#include "daemon/outbox/schema.hpp"
#include "daemon/crypto/hasher.hpp"

#include <doctest/doctest.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>

#include "daemon/base/file.hpp"
#include "daemon/base/hex.hpp"
#include "tests/support/temp_dir.hpp"
#include "tests/support/test_signer.hpp"
#include "tests/unit/outbox/chain_maker.hpp"
#include "tests/unit/outbox/store_dump.hpp"

namespace greentill::test {
namespace {

constexpr const char* kObjects = "SELECT type, name, tbl_name, sql FROM sqlite_schema ORDER BY name";

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

TEST_CASE("outbox: the migrations replayed make the schema that schema.sql shows") {
  const TempDir folder;
  open_outbox(folder / "migrated.db");
  const auto schema = read_file(GREENTILL_SOURCE_DIR "/daemon/outbox/schema.sql");
  REQUIRE(schema.ok());
  write(folder / "shown.db", "");
  REQUIRE(run_sql(folder / "shown.db", *schema));
  CHECK(query_text(folder / "migrated.db", kObjects) == query_text(folder / "shown.db", kObjects));
  CHECK(query_text(folder / "migrated.db", "PRAGMA user_version") == std::to_string(outbox::migrations().size()) + "\n");
}

TEST_CASE("outbox: a published migration is never changed") {
  // Stores in the field were made by these exact texts. A new version appends a text, and its digest here.
  const std::vector<std::string> published = {"509f10d4dbb46d2ac3ac0b136252b483f821e97d2d6d72248cd92078c6306133",
                                              "15994191e58e1ad6560454a80829231a7ec40a91765256ef180adfdd10a12451",
                                              "37425b82023fcff7de164c974b97ec4625538f800ab2a7664c655357e63a2c56",
                                              "05ab9bfb15aab1995ef7f7212f5644f8fb3330e5370a2390e02309151fd214c2",
                                              "4cd26c2a95aad3b96fb4f5ccc4578d6d603071fbe7c6f0a24bf8dcbef957ff47",
                                              "00b65d6138e7c80597ac511bd33ac01f07702ca49955391c8851ba3b7e70f1ea",
                                              "edb7d531d08a500ac3162ab824a7083c4a4d963c95ec9b2d2c3d1e86d40766a2"};
  const crypto::Hasher hasher;
  REQUIRE(outbox::migrations().size() == published.size());
  for (std::size_t i = 0; i < published.size(); ++i) {
    CHECK(to_hex(hasher.sha256({as_bytes(outbox::migrations()[i])})) == published[i]);
  }
}

TEST_CASE("outbox: a store of a newer version is refused and left as it is") {
  const TempDir folder;
  const auto path = folder / "outbox.db";
  open_outbox(path);
  REQUIRE(run_sql(path, "PRAGMA user_version = 1000; PRAGMA wal_checkpoint(TRUNCATE)"));
  const auto before = read_file(path);
  CHECK(refusal(path) == ErrorCode::unsupported);
  CHECK(read_file(path).value() == before.value());
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
