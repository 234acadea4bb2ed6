// SPDX-License-Identifier: Apache-2.0
#include "daemon/crypto/secret_file.hpp"

#include <doctest/doctest.h>
#include <grp.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>

#include "daemon/base/file.hpp"
#include "daemon/base/system.hpp"
#include "tests/support/temp_dir.hpp"

namespace greentill::crypto {

TEST_CASE("secret file: a secret is created once and readable by its owner alone") {
  const test::TempDir folder;
  SystemRandom random;
  const auto first = load_or_create_secret(folder / "key", random);
  REQUIRE(first.ok());
  CHECK(load_or_create_secret(folder / "key", random)->text() == first->text());
  CHECK(load_or_create_secret(folder / "other", random)->text() != first->text());
  struct stat status {};
  REQUIRE(::stat((folder / "key").c_str(), &status) == 0);
  CHECK((status.st_mode & 0777) == 0600);
}

TEST_CASE("secret file: a secret that was cut short is reported, not replaced") {
  const test::TempDir folder;
  SystemRandom random;
  REQUIRE(write_file_durably(folder / "key", "abcd\n", 0600).ok());
  CHECK(load_or_create_secret(folder / "key", random).error().code == ErrorCode::corrupt);
}

TEST_CASE("secret file: a secret is the same however an editor saved it, and UTF-16 is said to be that") {
  const test::TempDir folder;
  SystemRandom random;
  const std::string digits(64, '7');
  for (const std::string& saved : {digits + "\r\n", "\xef\xbb\xbf" + digits, digits + " \t\n\n"}) {
    REQUIRE(write_file_durably(folder / "key", saved, 0600).ok());
    const auto secret = load_or_create_secret(folder / "key", random);
    REQUIRE(secret.ok());
    CHECK(hex_of(secret->view()).text() == digits);
  }
  REQUIRE(write_file_durably(folder / "key",
                             std::string("\xff\xfe"
                                         "7\0"
                                         "7\0",
                                         6),
                             0600)
              .ok());
  CHECK(load_or_create_secret(folder / "key", random).error().message.find("UTF-16") != std::string::npos);
}

TEST_CASE("secret file: what others may read or write is refused, whatever the bit") {
  const test::TempDir folder;
  for (const unsigned mode : {0640u, 0604u, 0620u, 0602u}) {
    REQUIRE(write_file_durably(folder / "key", "secret", mode).ok());
    const auto read = read_secret(folder / "key");
    REQUIRE_FALSE(read.ok());
    CHECK(read.error().code == ErrorCode::denied);
    CHECK(read.error().message.find("chmod 600") != std::string::npos);
    CHECK(read_secret(folder / "key", Shared::with_programs)->text() == "secret");
  }
}

TEST_CASE("secret file: one that is shared is its group's to read, and nobody else's") {
  const test::TempDir folder;
  const auto file = folder / "token";
  const ::group* own = ::getgrgid(::getegid());
  REQUIRE(own != nullptr);
  const std::string group = own->gr_name;
  for (const unsigned before : {0600u, 0640u, 0660u, 0644u}) {
    CAPTURE(before);
    REQUIRE(write_file_durably(file, "secret", before).ok());
    REQUIRE(share_with_group(file, group).ok());
    struct stat state {};
    REQUIRE(::stat(file.c_str(), &state) == 0);
    CHECK((state.st_mode & 07777) == 0640);
    CHECK(state.st_gid == own->gr_gid);
    CHECK(state.st_uid == ::geteuid());
  }
  if (::geteuid() == 0) {
    const ::group* other = ::getgrnam("daemon");
    REQUIRE(other != nullptr);
    const gid_t gid = other->gr_gid;
    REQUIRE(share_with_group(file, "daemon").ok());
    struct stat state {};
    REQUIRE(::stat(file.c_str(), &state) == 0);
    CHECK(state.st_gid == gid);
  }
}

TEST_CASE("secret file: one that cannot be shared says with whom and why, and stays its owner's") {
  const test::TempDir folder;
  REQUIRE(write_file_durably(folder / "token", "secret", 0600).ok());
  const Status nobody = share_with_group(folder / "token", "no-such-group");
  REQUIRE_FALSE(nobody.ok());
  CHECK(nobody.error().code == ErrorCode::not_found);
  CHECK(nobody.error().message.find("'no-such-group'") != std::string::npos);
  struct stat state {};
  REQUIRE(::stat((folder / "token").c_str(), &state) == 0);
  CHECK((state.st_mode & 0777) == 0600);

  const ::group* own = ::getgrgid(::getegid());
  REQUIRE(own != nullptr);
  const std::string group = own->gr_name;
  const Status absent = share_with_group(folder / "none", group);
  REQUIRE_FALSE(absent.ok());
  CHECK(absent.error().message.find((folder / "none").string()) != std::string::npos);
  // Whoever may put a link in the token's place gives no other file away.
  REQUIRE(write_file_durably(folder / "other", "secret", 0600).ok());
  std::filesystem::create_symlink(folder / "other", folder / "link");
  CHECK_FALSE(share_with_group(folder / "link", group).ok());
  REQUIRE(::stat((folder / "other").c_str(), &state) == 0);
  CHECK((state.st_mode & 0777) == 0600);
}

TEST_CASE("secret file: hexadecimal digits of both cases are read, and nothing else") {
  CHECK(secret_from_hex("00fFa1", 3)->text() == std::string_view("\x00\xff\xa1", 3));
  for (const char* wrong : {"", "00", "00fFa1a1", "00fFg1", "00fF 1", "0x00fF"}) CHECK_FALSE(secret_from_hex(wrong, 3).ok());
}

}  // namespace greentill::crypto
