// SPDX-License-Identifier: Apache-2.0
// What a device takes as its licence, and what it shows where none can be had.
#include "daemon/enrol/licence.hpp"

#include <doctest/doctest.h>

#include <filesystem>

#include "daemon/base/file.hpp"
#include "daemon/base/system.hpp"
#include "daemon/claim/dock_licence.hpp"
#include "daemon/crypto/hasher.hpp"
#include "daemon/crypto/public_key.hpp"
#include "daemon/crypto/signer.hpp"
#include "tests/support/set_clock.hpp"
#include "tests/support/temp_dir.hpp"
#include "tests/support/test_authority.hpp"
#include "tests/support/wait.hpp"

namespace greentill::enrol::licence_test {
namespace {

constexpr std::int64_t kNow = 1'800'000'000;
constexpr std::int64_t kDay = 86'400;

class NoLog final : public Log {
 public:
  void write(LogLevel, std::string_view, std::string_view) override {}
};

/// A dock that is in service; no server answers.
struct Device {
  test::TestAuthority root{"root"};
  test::TestAuthority::Issued own = root.issue("dock-1");
  test::TestAuthority::Issued other = root.issue("dock-2");
  test::TempDir folder;
  identity::Slots slots{folder.path()};
  identity::Vault vault;
  test::SetClock clock{kNow, true};
  SystemRandom random;
  NoLog log;
  EstPlace place{"https://localhost:1", slots};

  Device() {
    std::filesystem::create_directory(folder / "a");
    std::filesystem::create_directory_symlink("a", folder / "current");
    take_up(own);
    REQUIRE(write_file_durably(slots.anchors(), root.pem()));
  }
  void take_up(const test::TestAuthority::Issued& identity) {
    REQUIRE(write_file_durably(slots.current_certificate(), identity.certificate));
    REQUIRE(write_file_durably(slots.current_key(), identity.key, 0600));
  }
  [[nodiscard]] static crypto::Certificate certificate(const test::TestAuthority::Issued& of) {
    return crypto::Certificate::leaf_from(of.certificate).value();
  }
  /// Signed by anybody: who has signed it is not looked at here.
  [[nodiscard]] std::string licence(const test::TestAuthority::Issued& for_key, const std::string& device = "dock-1",
                                    std::int64_t issued_at = kNow - kDay) const {
    claim::DockLicence content{device, issued_at + 30 * kDay, issued_at, {}};
    const auto point = crypto::PublicKey::from_certificate(for_key.certificate).value().point();
    std::copy(point.begin(), point.end(), content.key.begin());
    Bytes<256> payload{};
    Bytes<512> message{};
    const auto size = claim::encode_dock_licence(content, payload).value();
    auto key = crypto::Signer::from(other.key, certificate(other)).value();
    const auto whole = claim::sign_keyed_message(crypto::hasher(), key, claim::MessageType::dock_licence,
                                                 {claim::key_id(certificate(other).key_hash()), std::nullopt},
                                                 ByteView(payload).first(size), message);
    return std::string(as_text(ByteView(message).first(whole.value())));
  }
  std::unique_ptr<LicenceKeeper> start(const std::function<std::string()>& put_off = [] { return std::string(); }) {
    LicenceKeeper::Options options{{*EstServer::parse("https://localhost:1"), slots, vault, clock}, random, place, put_off};
    return LicenceKeeper::start(std::move(options), log);
  }
};

bool has(const std::string& text, std::string_view part) { return text.find(part) != std::string::npos; }

}  // namespace

TEST_CASE("licence: it is this device's, for the key that it has, or none") {
  Device device;
  const crypto::Certificate own = Device::certificate(device.own);
  const std::string message = device.licence(device.own);
  const auto read = read_licence(message, own);
  REQUIRE(read.ok());
  CHECK(as_text(read->message) == message);
  CHECK(read->issued_at == kNow - kDay);
  CHECK(read->expires_at == kNow + 29 * kDay);
  CHECK(read->key_hash == own.key_hash());
  CHECK(has(read_licence(device.licence(device.own, "dock-2"), own).error().message, "the device dock-2's"));
  CHECK(has(read_licence(device.licence(device.other), own).error().message, "another key"));
  CHECK(read_licence("", own).error().code == ErrorCode::invalid);
  CHECK(read_licence(device.licence(device.own) + "x", own).error().code == ErrorCode::invalid);
}

TEST_CASE(
    "licence: what is kept is shown while no service answers, also past its end, and for no other key than the one in use") {
  Device device;
  {
    const auto keeper = device.start();
    CHECK(keeper->get().error().code == ErrorCode::unavailable);
    CHECK(test::eventually([&] { return has(keeper->words(), "no new licence"); }));
    CHECK(has(keeper->get().error().message, "localhost:1"));
  }
  const std::string kept = device.licence(device.own);
  REQUIRE(write_file_durably(device.slots.licence(), kept));
  {
    const auto keeper = device.start();
    const auto shown = keeper->get();
    REQUIRE(shown.ok());
    CHECK(as_text(shown->message) == kept);
    device.clock.now = kNow + 40 * kDay;
    keeper->look_now();
    CHECK(test::eventually([&] { return !keeper->words().empty(); }));
    CHECK(as_text(keeper->get()->message) == kept);
    // Another key is in use.
    device.take_up(device.root.issue("dock-1"));
    CHECK_FALSE(keeper->get().ok());
  }
  const auto waits = device.start([] { return std::string("the month's data is short"); });
  CHECK(test::eventually([&] { return has(waits->words(), "the month's data is short"); }));
}

}  // namespace greentill::enrol::licence_test
