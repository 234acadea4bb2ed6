// SPDX-License-Identifier: Apache-2.0
#include "daemon/identity/vault.hpp"

#include <doctest/doctest.h>
#include <sys/stat.h>

#include <cstdlib>

#include "daemon/base/file.hpp"
#include "daemon/base/system.hpp"
#include "tests/support/temp_dir.hpp"

namespace greentill::identity {
namespace {

/// A folder as systemd makes it, and $CREDENTIALS_DIRECTORY that names it.
class Credentials {
 public:
  explicit Credentials(const std::string& key) {
    REQUIRE(write_file_durably(folder_ / "wrap", key, 0440).ok());
    ::setenv("CREDENTIALS_DIRECTORY", folder_.path().c_str(), 1);
  }
  ~Credentials() { ::unsetenv("CREDENTIALS_DIRECTORY"); }
  Credentials(const Credentials&) = delete;
  Credentials& operator=(const Credentials&) = delete;

 private:
  test::TempDir folder_;
};

Vault sealing(char digit) {
  const Credentials credentials(std::string(64, digit));
  auto vault = Vault::open("wrap");
  REQUIRE(vault.ok());
  return std::move(*vault);
}

}  // namespace

TEST_CASE("vault: without a credential secrets are files of their owner's alone") {
  const test::TempDir folder;
  SystemRandom random;
  const auto opened = Vault::open("");
  REQUIRE(opened.ok());
  const Vault& vault = *opened;
  CHECK_FALSE(vault.seals());
  REQUIRE(vault.write(folder / "key", kDeviceKeyName, as_bytes("secret"), random).ok());
  CHECK(*read_file(folder / "key") == "secret");
  struct stat state {};
  REQUIRE(::stat((folder / "key").c_str(), &state) == 0);
  CHECK((state.st_mode & 0777) == 0600);
  REQUIRE(::chmod((folder / "key").c_str(), 0640) == 0);
  CHECK(vault.read(folder / "key", kDeviceKeyName).error().code == ErrorCode::denied);
}

TEST_CASE("vault: with a credential nothing lies there in plain, and what did is sealed in its place") {
  const test::TempDir folder;
  SystemRandom random;
  const Vault vault = sealing('7');
  REQUIRE(write_file_durably(folder / "settings", "secret settings", 0600).ok());
  CHECK(vault.read(folder / "settings", kSettingsName)->text() == "secret settings");
  CHECK(*vault.seal_in_place(folder / "settings", kSettingsName, random));
  CHECK_FALSE(*vault.seal_in_place(folder / "settings", kSettingsName, random));
  CHECK(read_file(folder / "settings")->find("secret") == std::string::npos);
  CHECK(vault.read(folder / "settings", kSettingsName)->text() == "secret settings");
  CHECK(vault.read(folder / "settings", kDeviceKeyName).error().code == ErrorCode::corrupt);
  CHECK(vault.seal_in_place(folder / "nothing", kSettingsName, random).error().code == ErrorCode::not_found);
  const auto made = vault.load_or_create(folder / "bearer.key", kBearerKeyName, random);
  REQUIRE(made.ok());
  CHECK(read_file(folder / "bearer.key")->starts_with("GTSEAL"));
  CHECK(vault.load_or_create(folder / "bearer.key", kBearerKeyName, random)->text() == made->text());
}

TEST_CASE("vault: a sealed file without its key says what is missing") {
  const test::TempDir folder;
  SystemRandom random;
  REQUIRE(sealing('7').write(folder / "key", kDeviceKeyName, as_bytes("secret"), random).ok());
  const auto without = Vault().read(folder / "key", kDeviceKeyName);
  CHECK(without.error().message.find("identity.wrapping_key") != std::string::npos);
  const auto other = sealing('8').read(folder / "key", kDeviceKeyName);
  CHECK(other.error().code == ErrorCode::denied);
  CHECK(other.error().message.find("another wrapping key") != std::string::npos);
  CHECK_FALSE(Vault().load_or_create(folder / "key", kBearerKeyName, random).ok());
}

TEST_CASE("vault: a credential that is not there, or is no key, is named") {
  ::unsetenv("CREDENTIALS_DIRECTORY");
  CHECK(Vault::open("wrap").error().message.find("LoadCredentialEncrypted=wrap:FILE") != std::string::npos);
  const Credentials credentials("short");
  CHECK(Vault::open("wrap").error().code == ErrorCode::invalid);
  CHECK(Vault::open("other").error().code == ErrorCode::not_found);
}

}  // namespace greentill::identity
