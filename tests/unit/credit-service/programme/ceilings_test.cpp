// SPDX-License-Identifier: Apache-2.0
// What programme.toml says besides grants, shares and limits: ceilings, refund days, quotas, screening.
#include <doctest/doctest.h>

#include <string>

#include "daemon/crypto/hasher.hpp"
#include "tools/credit-service/programme/programme.hpp"

namespace greentill::credit::ceilings_test {
namespace {

using Class = Device::Class;

Result<Programme> parse(const std::string& activity, const std::string& more = "") {
  return Programme::parse("name = \"t\"\nzone = \"UTC\"\n" + more +
                              "[shares]\ncustomer = \"1\"\nmerchant = \"0\"\noperator = \"0\"\n"
                              "[[activity]]\nname = \"ride.bus\"\ngrant = \"measured\"\n" +
                              activity,
                          "p.toml", crypto::hasher());
}

std::string error_of(const std::string& activity, const std::string& more = "") {
  const auto programme = parse(activity, more);
  return programme ? "" : programme.error().message;
}

}  // namespace

TEST_CASE("programme: ceilings are by class and merchant, and an absent one is none") {
  const auto programme = parse(
      "refund_days = 3\noldest_days = 30\nceiling_per_day_mg = { till = 0, gateway = 5_000, merchant = 70_000 }\n"
      "takes_back_per_day_mg = { kiosk = 9 }\n");
  REQUIRE_MESSAGE(programme, (programme ? "" : programme.error().message));
  const Rule& rule = programme->rules().at(0);
  CHECK(rule.ceiling(Class::till) == 0);
  CHECK_FALSE(rule.ceiling(Class::kiosk));
  CHECK(rule.ceiling(Class::gateway) == 5'000);
  CHECK_FALSE(rule.ceiling(Class::dock));
  CHECK(rule.merchant_ceiling() == 70'000);
  CHECK(rule.takes_back(Class::kiosk) == 9);
  CHECK(rule.takes_back(Class::till) == 0);
  CHECK(rule.refund_days == 3);
  CHECK(rule.oldest_days == 30);
}

TEST_CASE("programme: what it does not say") {
  const auto programme = parse("");
  REQUIRE(programme);
  const Rule& rule = *programme->rule_for("ride.bus");
  CHECK(rule.refund_days == 14);
  CHECK_FALSE(rule.oldest_days);
  for (const Class is : {Class::till, Class::kiosk, Class::gateway, Class::dock}) {
    CHECK_FALSE(rule.ceiling(is));
    CHECK(rule.takes_back(is) == 0);
  }
  CHECK_FALSE(rule.merchant_ceiling());
  CHECK(programme->quota().claims_per_day == 20'000);
  CHECK(programme->quota().bytes_per_day == 12'582'912);
  CHECK(programme->screens());
}

TEST_CASE("programme: quotas and screening") {
  const auto programme = parse("", "quota = { claims_per_day = 5, bytes_per_day = 7 }\nscreening = { on = false }\n");
  REQUIRE_MESSAGE(programme, (programme ? "" : programme.error().message));
  CHECK(programme->quota().claims_per_day == 5);
  CHECK(programme->quota().bytes_per_day == 7);
  CHECK_FALSE(programme->screens());
}

TEST_CASE("programme: what is none of it is refused by its key") {
  const auto has = [](const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; };
  CHECK(has(error_of("ceiling_per_day_mg = { tills = 1 }\n"), "tills"));
  CHECK(has(error_of("ceiling_per_day_mg = { till = -1 }\n"), "till"));
  CHECK(has(error_of("takes_back_per_day_mg = { merchant = 1 }\n"), "merchant"));
  CHECK(has(error_of("refund_days = -1\n"), "refund_days"));
  CHECK(has(error_of("oldest_days = 0\n"), "oldest_days"));
  CHECK(has(error_of("", "quota = { claims_per_day = 0 }\n"), "claims_per_day"));
  CHECK(has(error_of("", "quota = { claims = 1 }\n"), "claims"));
  CHECK(has(error_of("", "screening = { on = 1 }\n"), "on"));
}

}  // namespace greentill::credit::ceilings_test
