// SPDX-License-Identifier: Apache-2.0
// What a device takes as the programme's common bundle, and what it does where none can be had.
#include "daemon/enrol/common_bundle.hpp"

#include <doctest/doctest.h>

#include <filesystem>
#include <mutex>

#include "daemon/base/file.hpp"
#include "daemon/base/system.hpp"
#include "daemon/claim/bundle.hpp"
#include "daemon/crypto/hasher.hpp"
#include "daemon/crypto/signer.hpp"
#include "tests/support/set_clock.hpp"
#include "tests/support/temp_dir.hpp"
#include "tests/support/test_authority.hpp"
#include "tests/support/wait.hpp"

namespace greentill::enrol::common_bundle_test {
namespace {

constexpr std::int64_t kNow = 1'800'000'000;
constexpr std::int64_t kDay = 86'400;
constexpr const char* kSigner =
    "basicConstraints=critical,CA:FALSE;keyUsage=digitalSignature;"
    "extendedKeyUsage=2.25.207861434512389410537416087632598513417.1";

class Lines final : public Log {
 public:
  void write(LogLevel, std::string_view, std::string_view message) override {
    const std::lock_guard lock(mutex_);
    all_ += std::string(message) + '\n';
  }
  [[nodiscard]] bool says(std::string_view part) const {
    const std::lock_guard lock(mutex_);
    return all_.find(part) != std::string::npos;
  }

 private:
  mutable std::mutex mutex_;
  std::string all_;
};

/// A device that is in service, and knows who signs; no server answers.
struct Device {
  test::TestAuthority root{"root"};
  test::TestAuthority devices{"devices", &root};
  test::TestAuthority signers{"signers", &root};
  test::TestAuthority::Issued own = devices.issue("till-1");
  test::TestAuthority::Issued signer = signers.issue("signer", kSigner);
  test::TempDir folder;
  identity::Slots slots{folder.path()};
  identity::Vault vault;
  test::SetClock clock{kNow, true};
  SystemRandom random;
  Lines log;
  const std::atomic<bool> never{false};

  Device() {
    std::filesystem::create_directory(folder / "a");
    std::filesystem::create_directory_symlink("a", folder / "current");
    REQUIRE(write_file_durably(slots.current_certificate(), own.certificate));
    REQUIRE(write_file_durably(slots.anchors(), root.pem() + devices.pem() + signers.pem()));
    REQUIRE(write_file_durably(slots.signers(), signer.certificate));
  }
  [[nodiscard]] SettingsMeans means() { return {*EstServer::parse("https://localhost:1"), slots, vault, clock}; }
  [[nodiscard]] static std::string signed_by(const test::TestAuthority::Issued& by, const claim::Bundle& bundle) {
    const auto certificate = crypto::Certificate::leaf_from(by.certificate).value();
    auto key = crypto::Signer::from(by.key, certificate).value();
    Bytes<512> payload{};
    Bytes<1024> message{};
    const auto size = claim::encode_bundle(bundle, payload).value();
    const auto whole = claim::sign_keyed_message(crypto::hasher(), key, claim::MessageType::bundle,
                                                 {claim::key_id(certificate.key_hash()), certificate.thumbprint()},
                                                 ByteView(payload).first(size), message);
    return std::string(as_text(ByteView(message).first(whole.value())));
  }
  [[nodiscard]] std::string bundle(std::uint64_t number, std::int64_t expires_at = kNow + kDay) const {
    return signed_by(signer, {std::nullopt, expires_at, kNow - kDay, kNow - kDay, number, as_bytes("content")});
  }
  std::string refused(const std::string& message) {
    const auto taken = check_common(means(), message, std::chrono::seconds(5), never);
    return taken ? "" : taken.error().message;
  }
};

bool has(const std::string& text, std::string_view part) { return text.find(part) != std::string::npos; }

}  // namespace

TEST_CASE("common bundle: one that a signer signed for all is taken until its end; nothing else is") {
  Device device;
  const auto taken = check_common(device.means(), device.bundle(7), std::chrono::seconds(5), device.never);
  REQUIRE(taken.ok());
  CHECK(taken->number == 7);
  CHECK(as_text(taken->content) == "content");
  CHECK(read_common(taken->message).value().number == 7);
  CHECK(has(device.refused(device.bundle(7, kNow)), "was to be adopted before"));
  const claim::Bundle one{"till-1", kNow + 9, kNow, kNow, 7, as_bytes("content")};
  CHECK(has(device.refused(Device::signed_by(device.signer, one)), "is the device till-1's, and not for all"));
  CHECK(has(device.refused("no bundle"), "cannot be read"));
  std::string changed = device.bundle(7);
  changed[changed.find("content")] = 'C';
  CHECK(has(device.refused(changed), "did not sign what came in its name"));
  const auto stranger = device.signers.issue("stranger", kSigner);
  const claim::Bundle all{std::nullopt, kNow + 9, kNow, kNow, 7, as_bytes("content")};
  CHECK(has(device.refused(Device::signed_by(stranger, all)), "localhost:1"));  // who is asked who it is
}

TEST_CASE("common bundle: by a clock that nobody keeps a bundle is not past its end") {
  Device device;
  device.clock.kept = false;
  CHECK(device.refused(device.bundle(7, kNow)).empty());
}

TEST_CASE("common bundle: what came is adopted where it is newer, also under the same number where it ends later") {
  Device device;
  const EstPlace place("https://localhost:1", device.slots);
  std::atomic<std::uint64_t> number{5};
  std::atomic<std::int64_t> end{kNow + kDay};
  std::atomic<int> adopted{0};
  BundleKeeper::Options options{device.means(),
                                device.random,
                                place,
                                [&] { return number.load(); },
                                [&] { return end.load(); },
                                [] { return std::string(); },
                                [&](const CommonBundle& bundle) -> Status {
                                  if (bundle.number == 9) return fail(ErrorCode::io, "the disk is full");
                                  number = bundle.number;
                                  end = bundle.expires_at;
                                  ++adopted;
                                  return Done{};
                                },
                                [](std::uint64_t) {}};
  const auto keeper = BundleKeeper::start(std::move(options), device.log);
  REQUIRE(test::eventually([&] { return has(keeper->words(), "could not be asked for: https://localhost:1"); }));
  keeper->came(device.bundle(6));
  REQUIRE(test::eventually([&] { return number == 6; }));
  REQUIRE(test::eventually([&] { return keeper->words().empty(); }));
  CHECK(device.log.says("the programme's methodologies number 6 are in use"));
  keeper->came(device.bundle(5, kNow + 9 * kDay));
  keeper->came(device.bundle(6, kNow + 9 * kDay));
  REQUIRE(test::eventually([&] { return end == kNow + 9 * kDay; }));
  CHECK(number == 6);
  keeper->came("what a broker says");
  REQUIRE(test::eventually(
      [&] { return has(keeper->words(), "what the broker keeps as the programme's methodologies is not taken"); }));
  keeper->came(device.bundle(9));
  REQUIRE(test::eventually([&] { return has(keeper->words(), "number 9 were not adopted: the disk is full"); }));
  CHECK(number == 6);
  CHECK(adopted == 2);
}

}  // namespace greentill::enrol::common_bundle_test
