// SPDX-License-Identifier: Apache-2.0
#include "daemon/engine/chain_owner.hpp"

#include "tests/unit/engine/fixture.hpp"

namespace greentill::engine {
namespace {

using test::identities;

std::unique_ptr<identity::DeviceIdentity> load(const std::filesystem::path& key, const std::filesystem::path& certificate) {
  return std::move(identity::DeviceIdentity::load(key, certificate)).value();
}

void run(const std::string& command) { REQUIRE(std::system(command.c_str()) == 0); }

/// The identity of `device` under a CA of its own: other keys than the fixture's.
std::unique_ptr<identity::DeviceIdentity> stranger(const test::TempDir& folder, const std::string& device) {
  run(std::string(GREENTILL_SOURCE_DIR) + "/tests/support/make_ca.sh " + folder.path().string() + " " + device);
  return load(folder / (device + ".key"), folder / (device + ".crt"));
}

}  // namespace

TEST_CASE("chain owner: the key that began the chain goes on with it, under a renewed certificate too") {
  const test::TempDir folder;
  test::Device device(folder.path());
  const auto first = load(identities() / "device-1.key", identities() / "device-1.crt");
  CHECK(chain_owner(device.reader(), *first, nullptr).value() == ChainOwner::this_key);

  const std::string renewed = (folder / "renewed.crt").string();
  const std::string ca = (identities() / "ca").string();
  run("openssl req -new -subj /CN=device-1 -key " + (identities() / "device-1.key").string() + " -out " + renewed + ".csr");
  run("openssl x509 -req -days 30 -set_serial 7 -CA " + ca + ".crt -CAkey " + ca + ".key -in " + renewed + ".csr -out " +
      renewed + " 2>/dev/null");
  const auto again = load(identities() / "device-1.key", renewed);
  CHECK(again->thumbprint() != first->thumbprint());
  CHECK(chain_owner(device.reader(), *again, nullptr).value() == ChainOwner::this_key);
}

TEST_CASE(
    "chain owner: another key of the device is known as the former one or another unit's; another device's chain is refused") {
  const test::TempDir folder;
  test::Device device(folder.path());
  const test::TempDir elsewhere;
  const auto other = stranger(elsewhere, "device-1");
  const auto first = load(identities() / "device-1.key", identities() / "device-1.crt");
  CHECK(chain_owner(device.reader(), *other, nullptr).value() == ChainOwner::other_unit);
  CHECK(chain_owner(device.reader(), *other, other.get()).value() == ChainOwner::other_unit);
  CHECK(chain_owner(device.reader(), *other, first.get()).value() == ChainOwner::former_key);
  const auto other_device = chain_owner(device.reader(), *stranger(elsewhere, "device-2"), nullptr);
  REQUIRE_FALSE(other_device.ok());
  CHECK(other_device.error().message.find("belongs to the device 'device-1'") != std::string::npos);
  CHECK(other_device.error().message.find("set the store aside") != std::string::npos);
}

}  // namespace greentill::engine
