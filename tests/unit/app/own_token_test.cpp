// SPDX-License-Identifier: Apache-2.0
#include "daemon/app/own_token.hpp"

#include <doctest/doctest.h>
#include <grp.h>
#include <sys/stat.h>
#include <unistd.h>

#include <string>

#include "daemon/base/file.hpp"
#include "daemon/base/system.hpp"
#include "tests/support/temp_dir.hpp"

namespace greentill::app::own_token_test {
namespace {

const std::string kKey(64, '7');

identity::Vault sealing() { return identity::Vault(crypto::WrappingKey::from(as_bytes(kKey)).value()); }

std::string own_group() {
  const ::group* own = ::getgrgid(::getegid());
  REQUIRE(own != nullptr);
  return own->gr_name;
}

unsigned mode_of(const std::filesystem::path& file) {
  struct stat state {};
  REQUIRE(::stat(file.c_str(), &state) == 0);
  return state.st_mode & 07777;
}

}  // namespace

TEST_CASE("own token: without a group it is as secrets are kept here") {
  const test::TempDir folder;
  SystemRandom random;
  const auto plain = own_token(identity::Vault(), folder / "plain", "", random);
  REQUIRE(plain.ok());
  CHECK(mode_of(folder / "plain") == 0600);
  CHECK_FALSE(identity::is_sealed_file(folder / "plain"));
  const auto sealed = own_token(sealing(), folder / "sealed", "", random);
  REQUIRE(sealed.ok());
  CHECK(identity::is_sealed_file(folder / "sealed"));
  CHECK(own_token(sealing(), folder / "sealed", "", random)->text() == sealed->text());
}

TEST_CASE("own token: a group's is theirs to read, in plain though all else is sealed, and the same at each start") {
  const test::TempDir folder;
  SystemRandom random;
  const auto file = folder / "api.token";
  const auto first = own_token(sealing(), file, own_group(), random);
  REQUIRE(first.ok());
  CHECK(mode_of(file) == 0640);
  CHECK_FALSE(identity::is_sealed_file(file));
  CHECK(own_token(sealing(), file, own_group(), random)->text() == first->text());
  CHECK(mode_of(file) == 0640);
}

TEST_CASE("own token: one that was sealed before a group was named stays the same") {
  const test::TempDir folder;
  SystemRandom random;
  const auto file = folder / "api.token";
  const std::string before(own_token(sealing(), file, "", random)->text());
  REQUIRE(identity::is_sealed_file(file));
  CHECK(own_token(sealing(), file, own_group(), random)->text() == before);
  CHECK_FALSE(identity::is_sealed_file(file));
  CHECK(mode_of(file) == 0640);
}

TEST_CASE("own token: a group that is not there is named with its key, and lets nobody in") {
  const test::TempDir folder;
  SystemRandom random;
  const auto refused = own_token(identity::Vault(), folder / "api.token", "no-such-group", random);
  REQUIRE_FALSE(refused.ok());
  CHECK(refused.error().code == ErrorCode::not_found);
  CHECK(refused.error().message.find("api.token_group") != std::string::npos);
  CHECK(refused.error().message.find("'no-such-group'") != std::string::npos);
  CHECK(mode_of(folder / "api.token") == 0600);
}

}  // namespace greentill::app::own_token_test
