// SPDX-License-Identifier: Apache-2.0
// Claims that the service refused for now: when they are due again, and what becomes of them.
#include "tests/unit/outbox/ten_claims.hpp"

namespace greentill::test::receipt_test {

TEST_CASE("outbox: a claim refused for now rests twice as long each time, a day at most") {
  Fixture f;
  std::int64_t now = 1000;
  REQUIRE(f.apply({f.chain, 10, 1, {{3, "clock", true}}}, now).ok());
  for (const std::int64_t rest : {100, 200, 400, 800, 1600, 3200, 6400, 12'800, 25'600, 51'200, 86'400, 86'400}) {
    CHECK(f.due(now + rest - 1).empty());
    CHECK(f.due(now + rest) == std::vector<std::uint64_t>{3});
    now += rest;
    REQUIRE(f.apply({f.chain, 10, 1, {{3, "clock", true}}}, now, {3, 3}).ok());
  }
  // Refused for ever and then for now again, it begins with the shortest rest; a longer one that is configured holds.
  REQUIRE(f.apply({f.chain, 10, 1, {{3, "clock", false}}}, now).ok());
  REQUIRE(f.apply({f.chain, 10, 1, {{3, "clock", true}}}, now).ok());
  CHECK(f.due(now + 100) == std::vector<std::uint64_t>{3});
  const MadeReceipt again(f.chain, 10, 1, {{3, "clock", true}});
  REQUIRE(f.store->writer().apply(again.get(), {now, {3, 3}, 200'000}).ok());
  CHECK(f.due(now + 199'999).empty());
}

TEST_CASE("outbox: a claim refused for now is due until it is granted or refused for ever") {
  Fixture f;
  REQUIRE(f.apply({f.chain, 10, 1, {{3, "clock", true}, {5, "clock", true}, {7, "clock", true}}}, 1000).ok());
  CHECK(f.due(1100, INT64_MIN, 2).size() == 2);
  CHECK(f.due(1001, 1000) == std::vector<std::uint64_t>{3, 5, 7});  // somebody asks for all that were tried by then

  // Repeated with a later batch's answer: it was not tried meanwhile.
  REQUIRE(f.apply({f.chain, 10, 1, {{3, "clock", true}}}, 2000).ok());
  CHECK(f.due(2000) == std::vector<std::uint64_t>{3, 5, 7});
  // The answer to a retry names others as well, which were not tried.
  const auto again = f.apply({f.chain, 10, 1, {{3, "clock", true}, {5, "clock", true}, {7, "clock", true}}}, 2000, {3, 4});
  REQUIRE(again.ok());
  CHECK(again.value().newly_refused == 0);
  CHECK(f.due(2000) == std::vector<std::uint64_t>{5, 7});

  REQUIRE(f.apply({f.chain, 10, 1, {{5, "duplicate", false}}, {{7, 900}}}, 2000).ok());
  CHECK(f.claim(5).delivery == Delivery::refused_final);
  CHECK(f.claim(5).reason == "duplicate");
  CHECK(f.claim(7).delivery == Delivery::delivered);
  CHECK(f.due(3000) == std::vector<std::uint64_t>{3});
  CHECK(f.reader->backlog().value().refused_retry == 1);
  CHECK(f.reader->backlog().value().refused_final == 1);
}

TEST_CASE("outbox: what was sent again and is not refused any more was accepted, unless nobody looked at it") {
  Fixture f;
  REQUIRE(
      f.apply({f.chain, 10, 1, {{3, "unknown-device", true}, {5, "unknown-device", true}, {7, "unknown-device", true}}}).ok());
  REQUIRE(f.apply({f.chain, 10, 1, {}, {}, {.from_head = 10, .come_again_s = 60}}, 2000, {3, 7}).ok());
  CHECK(f.reader->backlog().value().refused_retry == 3);
  REQUIRE(f.apply({f.chain, 10, 1, {{5, "unknown-device", true}}, {}, {.from_head = 10}}, 2000, {3, 6}).ok());
  CHECK(f.claim(3).delivery == Delivery::delivered);
  CHECK(f.claim(5).delivery == Delivery::refused_retry);
  CHECK(f.claim(7).delivery == Delivery::refused_retry);
}

TEST_CASE("outbox: those that are due longest come first when not all fit") {
  Fixture f;
  REQUIRE(f.apply({f.chain, 10, 1, {{3, "clock", true}, {4, "clock", true}}}, 3000).ok());
  REQUIRE(f.apply({f.chain, 10, 1, {{8, "clock", true}, {9, "clock", true}}}, 2000).ok());
  CHECK(f.due(5000, INT64_MIN, 2) == std::vector<std::uint64_t>{8, 9});
}

TEST_CASE("outbox: a claim tried under a clock that ran ahead is due at once") {
  Fixture f;
  REQUIRE(f.apply({f.chain, 10, 1, {{3, "clock", true}}}, 4'000'000'000).ok());
  REQUIRE(f.apply({f.chain, 10, 1, {{5, "clock", true}, {6, "clock", true}}}, 2000).ok());
  CHECK(f.due(2001) == std::vector<std::uint64_t>{3});
  CHECK(f.due(2100) == std::vector<std::uint64_t>{3, 5, 6});
  CHECK(f.due(4'000'000'000).size() == 2);
}

}  // namespace greentill::test::receipt_test
