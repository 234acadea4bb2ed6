// SPDX-License-Identifier: Apache-2.0
#include "daemon/enrol/renewal.hpp"

#include <doctest/doctest.h>

#include <mutex>
#include <set>
#include <string>

#include "daemon/base/file.hpp"
#include "daemon/base/hex.hpp"
#include "daemon/base/system.hpp"
#include "daemon/enrol/state.hpp"
#include "tests/support/set_clock.hpp"
#include "tests/support/temp_dir.hpp"
#include "tests/support/test_authority.hpp"
#include "tests/support/wait.hpp"

namespace greentill::enrol {
namespace {

class KeptLines final : public Log {
 public:
  void write(LogLevel, std::string_view module, std::string_view message) override {
    const std::lock_guard lock(mutex_);
    lines_ += std::string(module) + ": " + std::string(message) + '\n';
  }
  [[nodiscard]] std::string lines() {
    const std::lock_guard lock(mutex_);
    return lines_;
  }

 private:
  std::mutex mutex_;
  std::string lines_;
};

}  // namespace

TEST_CASE("renewal: is due in the last third of the life, at another time for each certificate and always the same for one") {
  const test::TestAuthority authority("root");
  std::set<std::int64_t> begins;
  for (int i = 0; i < 8; ++i) {
    const auto certificate = crypto::Certificate::leaf_from(authority.issue("till-1").certificate);
    REQUIRE(certificate.ok());
    const std::int64_t life = certificate->not_after() - certificate->not_before();
    const std::int64_t due = renewal_due(*certificate);
    CHECK(due >= certificate->not_after() - life / 3);
    CHECK(due <= certificate->not_after() - life / 4);
    CHECK(renewal_due(*certificate) == due);
    begins.insert(due - certificate->not_before());
  }
  CHECK(begins.size() > 4);
}

/// A device whose server is away, and a renewer that works for its certificate at a given time.
struct Renewing {
  Renewing() { REQUIRE(certificate.ok()); }
  std::unique_ptr<Renewer> start(std::int64_t now, std::function<std::string()> put_off = {}) {
    const auto never = [](const auto&) { return Status(Done{}); };
    RenewalMeans means{*EstServer::parse("https://localhost:1"), slots, vault, clock, random, never, never};
    return Renewer::start(
        {std::move(means), place, std::chrono::hours(1), [now] { return now; }, *certificate, std::move(put_off)}, log);
  }

  test::TestAuthority authority{"root"};
  Result<crypto::Certificate> certificate = crypto::Certificate::leaf_from(authority.issue("till-1").certificate);
  test::TempDir folder;
  identity::Slots slots{folder.path()};
  EstPlace place{"https://localhost:1", slots};
  identity::Vault vault;
  test::SetClock clock;
  SystemRandom random;
  KeptLines log;
};

TEST_CASE("renewer: tells why a certificate that is due was not renewed, rests at least as long as its floor, and ends at once") {
  Renewing device;
  const std::int64_t now = device.certificate->not_after() + 1;
  const auto renewer = device.start(now);
  REQUIRE(test::eventually([&] { return renewer->status().tried_at != 0; }));
  const RenewalStatus status = renewer->status();
  CHECK(status.due_from == renewal_due(*device.certificate));
  CHECK(status.last_error.find("no device is enrolled here") != std::string::npos);
  CHECK(status.next_try_at >= now + 3600);
  CHECK(status.next_try_at <= now + 5400);
  CHECK(device.log.lines().find("renewal: the device's certificate, valid until") == 0);
}

TEST_CASE("renewer: does not try where it is put off, says why, and looks again in an hour") {
  Renewing device;
  const std::int64_t now = device.certificate->not_after() - 1;
  const auto renewer = device.start(now, [] { return std::string("the month's data is short"); });
  REQUIRE(test::eventually([&] { return !renewer->status().last_error.empty(); }));
  CHECK(renewer->status().last_error == "the month's data is short");
  CHECK(renewer->status().tried_at == 0);
  CHECK(renewer->status().next_try_at == now + 3600);
  CHECK(test::eventually([&] { return device.log.lines() == "renewal: the month's data is short\n"; }));
}

TEST_CASE("rekey: a key is due at the age that is set and up to a twelfth of it later, always the same for one key") {
  const Digest least{}, most = [] {
    Digest all{};
    all.fill(0xff);
    return all;
  }();
  const std::chrono::seconds year = std::chrono::hours(24 * 365);
  CHECK(rekey_due(1'000, year, least) == 1'000 + year.count());
  CHECK(rekey_due(1'000, year, most) <= 1'000 + year.count() + year.count() / 12);
  CHECK(rekey_due(1'000, year, most) > 1'000 + year.count() + year.count() / 13);
}

TEST_CASE("rekey: since when a device has its key is noted once, and anew for another key, or where the note is broken") {
  Renewing device;
  const StateFiles files(device.slots);
  CHECK(files.key_since(*device.certificate).value() == device.certificate->not_before());
  const std::filesystem::path note = device.folder.path() / "key.since";
  const std::string hash = to_hex(device.certificate->key_hash());
  REQUIRE(write_file_durably(note, hash + " 1000\n").ok());
  CHECK(files.key_since(*device.certificate).value() == 1'000);
  const auto other = crypto::Certificate::leaf_from(device.authority.issue("till-1").certificate);
  CHECK(files.key_since(*other).value() == other->not_before());
  CHECK(files.key_since(*device.certificate).value() == device.certificate->not_before());
  REQUIRE(write_file_durably(note, hash + " some day\n").ok());
  CHECK(files.key_since(*device.certificate).value() == device.certificate->not_before());
}

TEST_CASE("renewer: leaves a certificate alone that is not due") {
  Renewing device;
  const std::int64_t now = device.certificate->not_before();
  const auto renewer = device.start(now);
  REQUIRE(test::eventually([&] { return renewer->status().due_from != 0; }));
  CHECK(renewer->status().tried_at == 0);
}

}  // namespace greentill::enrol
