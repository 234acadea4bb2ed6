// SPDX-License-Identifier: Apache-2.0
// What a rekey asks of a folder before it asks a server; tests/integration/enrolment/rekey.py has the rest.
#include "daemon/enrol/rekey.hpp"

#include <doctest/doctest.h>

#include "daemon/base/file.hpp"
#include "daemon/base/system.hpp"
#include "daemon/crypto/key_maker.hpp"
#include "daemon/enrol/renewal.hpp"
#include "tests/support/set_clock.hpp"
#include "tests/support/temp_dir.hpp"
#include "tests/support/test_authority.hpp"

namespace greentill::enrol::rekey_test {
namespace {

class Nobody final : public Person {
 public:
  void tell(const std::string& /*sentence*/) override {}
  Result<std::string> fingerprint() override { return fail(ErrorCode::bug, "nobody is asked"); }
  Result<crypto::Secret> code() override { return fail(ErrorCode::bug, "nobody is asked"); }
};

/// A device that is in service, whose server is away.
struct Device {
  Device() {
    REQUIRE(slots.prepare().ok());
    const auto issued = authority.issue("till-1");
    REQUIRE(slots.store_key(identity::Slot::a, vault, as_bytes(issued.key), random).ok());
    REQUIRE(slots.store_certificate(identity::Slot::a, issued.certificate).ok());
    REQUIRE(write_anchors());
    REQUIRE(slots.promote(identity::Slot::a).ok());
    options.server = *EstServer::parse("https://localhost:1");
  }
  [[nodiscard]] bool write_anchors() const;
  [[nodiscard]] Digest key_in(identity::Slot slot) const {
    return crypto::key_hash_of(vault.read(slots.key(slot), identity::kDeviceKeyName)->text()).value();
  }
  [[nodiscard]] ErrorCode try_rekey() const { return rekey(options, means).error().code; }

  test::TestAuthority authority{"root"};
  test::TempDir folder;
  identity::Slots slots{folder.path() / "identity"};
  identity::Vault vault;
  test::SetClock clock;
  mutable SystemRandom random;
  mutable Nobody nobody;
  const std::atomic<bool> never{false};
  EnrolmentOptions options;
  Means means{slots, vault, clock, random, nobody, never};
};

bool Device::write_anchors() const { return write_file_durably(slots.anchors(), authority.pem()).ok(); }

}  // namespace

TEST_CASE("rekey: a server that is away leaves the identity as it was, and the next try goes on with the same new key") {
  const Device device;
  const Digest old_key = device.key_in(identity::Slot::a);
  CHECK(device.try_rekey() == ErrorCode::unavailable);
  const Digest new_key = device.key_in(identity::Slot::b);
  CHECK(new_key != old_key);
  CHECK(device.slots.current().value() == identity::Slot::a);
  CHECK(device.try_rekey() == ErrorCode::unavailable);
  CHECK(device.key_in(identity::Slot::b) == new_key);
  CHECK(device.key_in(identity::Slot::a) == old_key);
}

TEST_CASE("rekey: while it is not over, nothing is renewed in the slot of the new key") {
  Device device;
  CHECK(device.try_rekey() == ErrorCode::unavailable);
  const Digest new_key = device.key_in(identity::Slot::b);
  const auto never = [](const auto&) { return Status(Done{}); };
  std::int64_t told = 0;
  const auto renewed =
      renew({device.options.server, device.slots, device.vault, device.clock, device.random, never, never}, device.never, told);
  REQUIRE_FALSE(renewed);
  CHECK(renewed.error().message.find("a rekey was begun") != std::string::npos);
  CHECK(device.key_in(identity::Slot::b) == new_key);
}

TEST_CASE("rekey: a folder in which no device is enrolled is told so") {
  const test::TempDir folder;
  const identity::Slots slots(folder.path());
  test::SetClock clock;
  SystemRandom random;
  Nobody nobody;
  const identity::Vault vault;
  const std::atomic<bool> never{false};
  const auto tried =
      rekey({*EstServer::parse("https://localhost:1"), "", {}, {}, {}, {}}, {slots, vault, clock, random, nobody, never});
  REQUIRE_FALSE(tried);
  CHECK(tried.error().message.find("run greentill enrol first") != std::string::npos);
}

}  // namespace greentill::enrol::rekey_test
