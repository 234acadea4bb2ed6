// SPDX-License-Identifier: Apache-2.0
// greentill-credit config check: each fault by its key and cause, all at one go.
#include "tools/credit-service/config/check.hpp"
#include "tools/credit-service/ledger/sqlite/store.hpp"
#include "tools/credit-service/registry/registry.hpp"

#include <doctest/doctest.h>
#include <sys/stat.h>

#include <algorithm>

#include "daemon/base/calendar.hpp"
#include "daemon/base/file.hpp"
#include "daemon/base/system.hpp"
#include "tests/support/temp_dir.hpp"
#include "tests/support/test_authority.hpp"

using namespace greentill;
using test::TestAuthority;

namespace {

/// A clock that is set by hand.
struct HandClock final : Clock {
  [[nodiscard]] std::int64_t unix_seconds() const override { return SystemClock().unix_seconds() + ahead; }
  [[nodiscard]] std::chrono::milliseconds monotonic() const override { return {}; }
  [[nodiscard]] bool synchronised() const override { return false; }
  std::int64_t ahead = 0;
};

/// A service with nothing wrong and the device till-1, whose certificates end within 30 days.
struct Installed {
  test::TempDir folder;
  TestAuthority root{"Root"};
  HandClock clock;

  Installed() {
    const auto service = root.issue("credit", TestAuthority::kService);
    put("ca.crt", root.pem());
    put("service.crt", service.certificate);
    put("service.key", service.key, 0600);
    put("share-group", "0123456789abcdef\n", 0600);
    enrol("till-1", root.issue("till-1").certificate);
  }
  void put(const std::string& name, const std::string& content, unsigned mode = 0644) const {
    REQUIRE(write_file_durably(folder / name, content, mode).ok());
  }
  /// Registers the certificate, and the device.
  void enrol(const std::string& device, const std::string& pem) const {
    auto store = credit::open_sqlite_store(folder / "ledger.db");
    REQUIRE(store);
    const Status done = (*store)->transact([&]() -> Status {
      credit::Registry registry((*store)->registry(), {clock.unix_seconds(), "tester", "test", ""});
      credit::Merchant merchant;
      merchant.id = merchant.name = "operator";
      merchant.zone = "Europe/Helsinki";
      // There from the second device on.
      static_cast<void>(registry.add_merchant(merchant));
      static_cast<void>(registry.add_root("operator", "operator"));
      static_cast<void>(registry.add_device(device, credit::Device::Class::till, {"operator", "harbour", {"1"}}));
      const auto key = registry.add_key(device, pem);
      return key ? Status(Done{}) : Status(Failure{key.error()});
    });
    REQUIRE_MESSAGE(done, (done ? "" : done.error().message));
  }
  [[nodiscard]] credit::Config config() const {
    const std::filesystem::path shipped = GREENTILL_SOURCE_DIR "/config";
    credit::Config config{
        folder / "ledger.db", shipped / "methodologies", shipped / "programme.toml", folder / "share-group", {}};
    config.broker.target = {{}, folder / "ca.crt", folder / "service.crt", folder / "service.key"};
    return config;
  }
  [[nodiscard]] tools::Findings examine(const std::string& programme_key = "") const {
    credit::Config made = config();
    if (!programme_key.empty()) made.programme_key = folder / programme_key;
    return credit::examine(made, clock);
  }
  [[nodiscard]] std::string problems() const {
    std::string all;
    for (const std::string& one : examine().problems) all += one + '\n';
    return all;
  }
};

bool has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }
#define CHECK_HAS(text, part) CHECK_MESSAGE(has(text, part), text)

}  // namespace

TEST_CASE("credit config check: a right installation passes, with warnings of what ends soon") {
  const Installed good;
  CHECK_MESSAGE(good.problems().empty(), good.problems());
  const auto found = good.examine();
  CHECK(found.warnings.size() == 2);
  CHECK(found.not_looked_at.empty());
}

TEST_CASE("credit config check: every device's certificate is held against authority and clock") {
  const Installed at;
  at.enrol("till-2", TestAuthority("Elsewhere").issue("till-2").certificate);
  const TestAuthority between("Between", &at.root);
  const auto below = between.issue("till-3");
  at.enrol("till-3", below.certificate);
  at.enrol("till-4", at.root.issue("till-4", "keyUsage=keyAgreement").certificate);
  const std::string told = at.problems();
  CHECK_HAS(told, "registry: device till-2: it was issued by 'Elsewhere'");
  CHECK_HAS(told, "registry: device till-3: it was issued by 'Between'");
  CHECK_HAS(told, "registry: device till-4: its key usage lacks digitalSignature");
  CHECK(std::count(told.begin(), told.end(), '\n') == 3);
  at.enrol("till-3", below.certificate + between.pem());
  CHECK_FALSE(has(at.problems(), "till-3"));
}

TEST_CASE("credit config check: dates are judged by the clock, which is told, and first where it must be wrong") {
  Installed at;
  at.clock.ahead = 40 * kSecondsADay;
  CHECK_HAS(at.problems(), "registry: device till-1: it expired on ");
  CHECK_HAS(at.problems(), "and our clock shows ");
  at.clock.ahead = -20'000 * kSecondsADay;
  CHECK_MESSAGE(at.problems().starts_with("clock: this machine's clock shows 19"), at.problems());
  at.clock.ahead = -3 * kSecondsADay - 3'600;
  CHECK_HAS(at.problems(), "that is 3 days before the ledger ");
}

TEST_CASE("credit config check: the service's own key, certificate and programme") {
  const Installed at;
  at.put("service.key", at.root.issue("other").key, 0644);
  at.put("service.crt", at.root.issue("Kreditdienst").certificate);
  const std::string told = at.problems();
  CHECK_HAS(told, "broker.certificate: ");
  CHECK_HAS(told, "which signs receipts");
  CHECK_HAS(told, "its common name is not credit");
  CHECK_HAS(told, "run chmod 600 on it");
  CHECK_HAS(told, "the certificate is not that of the key");
}

TEST_CASE("credit config check: the programme's key is 64 digits in a file of its owner's alone") {
  Installed at;
  const auto found = [&] {
    const auto findings = at.examine("programme.key");
    std::string all;
    for (const std::string& one : findings.problems) all += one + '\n';
    return all;
  };
  CHECK_HAS(found(), "programme_key: ");
  at.put("programme.key", std::string(64, 'a') + "\n", 0600);
  CHECK(found().empty());
  at.put("programme.key", std::string(63, 'a'), 0600);
  CHECK_HAS(found(), "programme.key: not 64 hexadecimal digits");
  at.put("programme.key", std::string(64, 'a'), 0640);
  CHECK_HAS(found(), "programme_key: ");
  CHECK_FALSE(has(found(), std::string(64, 'a')));
}

TEST_CASE("credit config check: what a programme leaves open is told") {
  struct Open {
    const char* programme;
    const char* warning;
  };
  for (const Open& one :
       {Open{"[[activity]]\nname = \"ride.bus\"\ngrant = \"measured\"\noldest_days = 30\nceiling_per_day_mg = "
             "{ till = 0, dock = 5 }\n",
             "programme: activity ride.bus has no ceiling_per_day_mg of kiosk, gateway, merchant"},
        Open{"[[activity]]\nname = \"ride.bus\"\ngrant = \"measured\"\nceiling_per_day_mg = { till = 0, kiosk "
             "= 5, gateway = 5, dock = "
             "5, merchant = 5 }\n",
             "programme: activity ride.bus has no oldest_days"},
        Open{"[[activity]]\nname = \"ride.bus\"\ngrant = \"measured\"\noldest_days = 30\nceiling_per_day_mg = { till = 0, kiosk "
             "= 5, "
             "gateway = 5, dock = 5, merchant = 5 }\n[[campaign]]\nname = \"Week\"\nbudget = \"week\"\nbegin = "
             "\"2026-05-04\"\nend = "
             "\"2026-05-10\"\nactivities = [\"ride.bus\"]\nmerchants = [\"operator\", \"city-buses\"]\nfixed_mg = 20\n",
             "programme: campaign Week names merchant city-buses, which the registry does not have"},
        Open{"[screening]\non = false\n", "programme: screening.on is false"}}) {
    CAPTURE(one.warning);
    const Installed at;
    at.put("programme.toml", "name = \"t\"\nzone = \"UTC\"\n[shares]\ncustomer = \"1\"\nmerchant = \"0\"\noperator = \"0\"\n" +
                                 std::string(one.programme));
    credit::Config config = at.config();
    config.programme = at.folder / "programme.toml";
    const auto found = credit::examine(config, at.clock);
    CHECK(found.holds());
    REQUIRE(found.warnings.size() == 3);
    CHECK(std::ranges::any_of(found.warnings, [&](const std::string& said) { return has(said, one.warning); }));
  }
}

TEST_CASE("credit config check: whose consents count") {
  const Installed at;
  const TestAuthority signers("Signers");
  constexpr const char* kSigner =
      "basicConstraints=critical,CA:FALSE;keyUsage=digitalSignature;"
      "extendedKeyUsage=2.25.207861434512389410537416087632598513417.2";
  const auto problems = [&](const std::string& certificate) {
    at.put("signers-ca.crt", signers.pem());
    at.put("signers.crt", certificate);
    credit::Config config = at.config();
    config.consent_authorities = at.folder / "signers-ca.crt";
    config.consent_certificates = at.folder / "signers.crt";
    std::string all;
    for (const std::string& one : credit::examine(config, at.clock).problems) all += one + '\n';
    return all;
  };
  CHECK(problems(signers.issue("signer-1", kSigner).certificate).empty());
  CHECK_HAS(problems(signers.issue("signer-1").certificate), "consent_certificates: ");
  CHECK_HAS(problems(signers.issue("signer-1").certificate), "which signs consents");
  CHECK_HAS(problems(at.root.issue("signer-1", kSigner).certificate), "it was issued by 'Root'");
  CHECK_HAS(problems("none"), "consent_certificates: ");
}

TEST_CASE("credit config check: the share group is there, a secret, and no word that could be guessed") {
  const Installed at;
  at.put("share-group", "0123456789abcdef\n", 0644);
  CHECK_HAS(at.problems(), "broker.share_group: ");
  CHECK_HAS(at.problems(), "run chmod 600 on it");
  at.put("share-group", "credit\n", 0600);
  CHECK_HAS(at.problems(), "16 to 64 of a to z and 0 to 9");
  std::filesystem::remove(at.folder / "share-group");
  CHECK_HAS(at.problems(), "broker.share_group: ");
}
