// SPDX-License-Identifier: Apache-2.0
// A device's own ceilings, when it was retired, and that the registry's file has all of it.
#include "daemon/crypto/hasher.hpp"
#include "tests/support/test_authority.hpp"
#include "tests/unit/credit-service/registry_book.hpp"
#include "tools/credit-service/registry/json.hpp"

namespace greentill::credit::registry_devices_test {
namespace {

using test::RegistryBook;

constexpr std::int64_t kNow = RegistryBook::kNow;

std::string dump(const RegistryBook& book) {
  std::string all;
  const auto add = [&all](const auto& things) {
    for (const auto& one : things) all += to_json(one).dump() + '\n';
  };
  add(book.store().devices().value());
  add(book.store().keys("").value());
  add(book.audit());
  return all;
}

}  // namespace

TEST_CASE("registry: a device's ceiling for an activity is its own until it is taken back") {
  RegistryBook book;
  const auto set = [&](const std::string& activity, std::optional<std::int64_t> mg) {
    return book.said([&](Registry& r) { return r.set_ceiling("cafe-1", activity, mg); });
  };
  CHECK(set("ride.bus", 700) == "");
  CHECK(set("cup.own", 0) == "");
  CHECK(set("ride.bus", 700) == "device cafe-1: that is its ceiling for ride.bus already");
  CHECK(set("ride.bus", 800) == "");
  auto ceilings = book.device("cafe-1").ceilings;
  REQUIRE(ceilings.size() == 2);
  CHECK(ceilings[0].activity == "cup.own");
  CHECK(ceilings[0].per_day_mg == 0);
  CHECK(ceilings[1].per_day_mg == 800);
  CHECK(set("ride.bus", std::nullopt) == "");
  CHECK(set("ride.bus", std::nullopt) == "device cafe-1: it has no ceiling of its own for ride.bus");
  CHECK_HAS(set("ride\nbus", 1), "activity: it takes 1 to 32 bytes");
  CHECK(book.device("cafe-1").ceilings.size() == 1);
  CHECK(book.device("bikes-1").ceilings.empty());
  const auto what = nlohmann::json::parse(book.audit("cafe-1").at(0).what);
  CHECK(what["was"]["ceilings"].size() == 2);
  CHECK(what["is"]["ceilings"].size() == 1);
}

TEST_CASE("registry: when a device was retired stays, also where it is revoked and trusted again") {
  RegistryBook book;
  CHECK_FALSE(book.device("cafe-1").retired_at);
  CHECK(book.said([](Registry& r) { return r.retire("cafe-1"); }) == "");
  CHECK(book.device("cafe-1").retired_at == kNow);
  book.now += 100;
  CHECK(book.said([](Registry& r) { return r.revoke("cafe-1", kNow + 50); }) == "");
  CHECK(book.device("cafe-1").retired_at == kNow);
  CHECK(book.said([](Registry& r) { return r.trust("cafe-1"); }) == "");
  CHECK(book.device("cafe-1").state == Device::State::retired);
  CHECK(book.device("cafe-1").retired_at == kNow);
  CHECK(book.said([](Registry& r) { return r.revoke("bikes-1", {}); }) == "");
  CHECK(book.said([](Registry& r) { return r.trust("bikes-1"); }) == "");
  CHECK(book.device("bikes-1").state == Device::State::active);
  CHECK(book.said([](Registry& r) { return r.close_merchant("bikes"); }) == "");
  CHECK(book.device("bikes-1").retired_at == kNow + 100);
}

TEST_CASE("registry: its file makes ceilings, settings, and the ends of keys again") {
  RegistryBook book;
  const test::TestAuthority authority("Root");
  const auto add = [&](const std::string& pem, bool replaces) {
    CHECK(book.said([&](Registry& r) { return replaces ? r.replace_key("cafe-1", pem) : r.add_key("cafe-1", pem); }) == "");
  };
  const auto first = authority.issue("cafe-1");
  add(first.certificate, false);
  add(authority.issue("cafe-1").certificate, true);
  const auto keys = book.store().keys("cafe-1").value();
  claim::Consent consent{"cafe-1", kNow, keys.at(1).hash, {1, 2, 3}, 17, {4, 5}};
  CHECK(book.said([&](Registry& r) { return r.take_consent(consent); }) == "");
  // A renewed certificate for the old key leaves its end alone.
  CHECK_HAS(book.said([&](Registry& r) { return r.add_key("cafe-1", first.certificate); }), "is registered already");
  CHECK(book.said([](Registry& r) { return r.set_ceiling("cafe-1", "ride.bus", 5); }) == "");
  CHECK(book.said([](Registry& r) { return r.set_ceiling("cafe-1", "cup.own", 5); }) == "");
  CHECK(book.said([](Registry& r) { return r.set_ceiling("cafe-1", "cup.own", {}); }) == "");
  CHECK(book.said([](Registry& r) { return r.write_settings("cafe-1", Digest{1}, crypto::hasher()); }) == "");
  CHECK(book.said([](Registry& r) { return r.retire("bikes-1"); }) == "");

  RegistryBook again(RegistryBook::Begins::empty);
  for (const JournalLine& line : book.lines) {
    // As it stands in the file.
    const JournalLine read{line.step, nlohmann::ordered_json::parse(line.puts.dump())};
    const Status done = replay(read, again.store());
    REQUIRE_MESSAGE(done, (done ? "" : done.error().message));
  }
  CHECK(dump(again) == dump(book));
  CHECK(again.device("cafe-1").settings_hash == book.device("cafe-1").settings_hash);
  CHECK(again.device("cafe-1").settings == 1);
  CHECK(again.store().registry_step().value() == book.store().registry_step().value());
}

}  // namespace greentill::credit::registry_devices_test
