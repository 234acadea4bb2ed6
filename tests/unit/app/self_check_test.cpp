// SPDX-License-Identifier: Apache-2.0
#include "daemon/app/self_check.hpp"

#include <doctest/doctest.h>

#include <atomic>

#include "daemon/base/calendar.hpp"
#include "daemon/base/moment.hpp"
#include "tests/support/set_clock.hpp"
#include "tests/support/test_authority.hpp"

namespace greentill::app {
namespace {

using test::SetClock;
using test::TestAuthority;

struct Lines final : Log {
  void write(LogLevel /*level*/, std::string_view /*module*/, std::string_view message) override { lines.emplace_back(message); }
  std::vector<std::string> lines;
};

/// Runs what is posted at once, and what is delayed when it is told to.
struct Hours final : Executor {
  void post(std::function<void()> work) override { work(); }
  void post_after(std::chrono::milliseconds /*delay*/, std::function<void()> work) override { later = std::move(work); }
  void pass() {
    const auto work = std::move(later);
    work();
  }
  std::function<void()> later;
};

const TestAuthority& root() {
  static const TestAuthority one("Root");
  return one;
}

struct Device {
  SetClock clock;
  Lines log;
  Hours strand;
  SelfCheck check;

  explicit Device(const std::string& pem, const std::optional<std::string>& authority = root().pem(),
                  std::optional<std::int64_t> written = {})
      : check(with(about(pem, authority, written)), clock, log) {
    clock.now = crypto::Certificate::leaf_from(pem)->not_before() + kSecondsADay;
    clock.since_boot = 50;
  }
  static SelfCheck::About about(const std::string& pem, const std::optional<std::string>& authority,
                                std::optional<std::int64_t> written) {
    SelfCheck::About about{*crypto::Certificate::leaf_from(pem), "/etc/device.crt", {}, written, "/var/outbox.db"};
    if (authority) about.authority = *crypto::Authority::from_pem(*authority);
    return about;
  }
  SelfCheck::About with(SelfCheck::About about) {
    about.elapsed = [this] { return static_cast<std::uint64_t>(clock.since_boot); };
    return about;
  }
  [[nodiscard]] std::string warned() const {
    std::string all;
    for (const std::string& one : check.warnings()) all += one + '\n';
    return all;
  }
};

bool has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

}  // namespace

TEST_CASE("self check: a right certificate and clock are nothing to talk of") {
  Device device(root().issue("till-1").certificate);
  CHECK(device.check.check_usable().ok());
  device.check.start(device.strand);
  device.check.heard(device.clock.now);
  CHECK(device.warned().empty());
  CHECK(device.log.lines.empty());
  CHECK(has(device.check.why_not_taken(device.clock.now),
            "is right as far as can be seen from here: has the operator registered it"));
}

TEST_CASE("self check: a time is sure where a time server keeps it, or once the service has said it, and goes on from there") {
  Device device(root().issue("till-1").certificate);
  CHECK(!device.check.sure_time());
  device.clock.kept = true;
  CHECK(device.check.sure_time() == device.clock.now);
  device.clock.kept = false;
  const std::int64_t said = device.clock.now + 40 * kSecondsADay;
  device.check.heard(said);
  CHECK(device.check.sure_time() == said);
  device.clock.since_boot += 60;
  device.clock.now = 0;  // somebody sets it
  CHECK(device.check.sure_time() == said + 60);
}

TEST_CASE("self check: what no service would ever take is not signed under; what a clock may be wrong about is") {
  const TestAuthority other("Other");
  const auto usable = [](const std::string& pem, const std::optional<std::string>& authority = root().pem()) {
    return Device(pem, authority).check.check_usable();
  };
  const Status self_signed = usable(other.pem());
  REQUIRE_FALSE(self_signed.ok());
  CHECK(self_signed.error().code == ErrorCode::denied);
  CHECK(has(self_signed.error().message, "/etc/device.crt: nothing is signed under this certificate"));
  CHECK(usable(other.pem(), other.pem()).ok() == false);  // its own authority, but not for signing
  const Status signs_not = usable(root().issue("till-1", "keyUsage=keyAgreement").certificate, std::nullopt);
  REQUIRE_FALSE(signs_not.ok());
  CHECK(has(signs_not.error().message, "its key usage lacks digitalSignature"));
  CHECK(usable(other.issue("till-1").certificate).ok());  // the service may trust it
  Device late(root().issue("till-1").certificate);
  late.clock.now += 20 * kSecondsADay;
  CHECK(late.check.check_usable().ok());
}

TEST_CASE("self check: an expired certificate is told once a day, with what the clock shows, until it is right again") {
  Device device(root().issue("till-1").certificate);
  const std::int64_t right = device.clock.now;
  device.clock.now += 20 * kSecondsADay;
  device.check.start(device.strand);
  REQUIRE(device.log.lines.size() == 1);
  CHECK(has(device.log.lines[0], "our certificate /etc/device.crt: it expired on "));
  CHECK(has(device.log.lines[0], "this machine's clock shows " + utc_text(device.clock.now) + ", and no time server keeps it"));
  CHECK(has(device.log.lines[0], "Claims go on being made, and wait until a valid certificate for the same key"));
  device.strand.pass();
  CHECK(device.log.lines.size() == 1);
  device.clock.since_boot += kSecondsADay;
  device.strand.pass();
  CHECK(device.log.lines.size() == 2);
  device.clock.now = right;
  device.strand.pass();
  CHECK(device.log.lines.back() == "clock and certificate are right again");
  CHECK(device.warned().empty());
}

TEST_CASE("self check: a clock that differs from the service's is told with both times, before the certificate") {
  Device device(root().issue("till-1").certificate);
  device.check.start(device.strand);
  const std::int64_t service = device.clock.now;
  device.clock.now += 20 * kSecondsADay;
  device.check.heard(service);
  const std::string warned = device.warned();
  CHECK_MESSAGE(warned.starts_with("this device's clock is 20 days ahead of the service's: " + utc_text(device.clock.now) +
                                   " against " + utc_text(service) + ". No time server keeps ours: set it"),
                warned);
  CHECK(has(warned, "it expired on"));
  CHECK_FALSE(device.log.lines.empty());
  // By the service's clock nothing is wrong with the certificate.
  CHECK(has(device.check.why_not_taken(service), "of which one is wrong; our certificate /etc/device.crt (SHA-256 "));
  device.clock.now = service - 2 * kSecondsADay;
  CHECK(has(device.warned(), "is 2 days behind the service's"));
  device.clock.now = service + 300;
  CHECK(device.warned().empty());
}

TEST_CASE("self check: a clock that was never set, or stands before the store, is told") {
  Device device(root().issue("till-1").certificate);
  device.clock.now = 86'400;
  CHECK(has(device.warned(),
            "this machine's clock shows 1970-01-02 00:00:00 UTC, and no time server keeps it: that is before this version"));
  Device back(root().issue("till-1").certificate, root().pem(), kReleased + 900 * kSecondsADay);
  back.clock.now = kReleased + 899 * kSecondsADay;
  CHECK(has(back.warned(), "that is 1 day before the store /var/outbox.db was last written"));
}

TEST_CASE("self check: another authority's certificate is told at the start, and when the service takes nothing") {
  const TestAuthority other("Other");
  Device device(other.issue("till-1").certificate);
  device.check.start(device.strand);
  REQUIRE(device.log.lines.size() == 1);
  CHECK(has(device.log.lines[0], "it was issued by 'Other', whose certificate is neither behind it in its file nor"));
  CHECK(has(device.log.lines[0], "Unless the credit service trusts that authority"));
  CHECK(device.warned().empty());
  CHECK(has(device.check.why_not_taken(device.clock.now), "it was issued by 'Other'"));
}

}  // namespace greentill::app
