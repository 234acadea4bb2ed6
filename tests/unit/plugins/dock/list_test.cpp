// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include "daemon/base/hex.hpp"
#include "plugins/dock/hello.hpp"
#include "plugins/dock/lock_list.hpp"
#include "tests/unit/firmware/lock_fixture.hpp"

namespace greentill::dock::list_test {
namespace {

std::string row(const std::string& id, const std::string& key, const std::string& more = {}) {
  return "[[lock]]\nid = \"" + id + "\"\nkey = \"" + key + "\"\n" + more;
}

}  // namespace

TEST_CASE("dock list: locks, their keys, their states and a mode of their own") {
  const greentill::test::LockFixture world;
  const std::string key = to_hex(world.programme_key);
  const auto list =
      parse_lock_list(row("bike-1", key, "root = \"city\"\nroot_number = 4\nstate = \"active\"\n") +
                          row("bike-2", key, "mode = \"ebike.shared\"\n") + row("bike-3", key, "state = \"revoked\"\n"),
                      "locks.toml");
  REQUIRE(list.size() == 3);
  CHECK(list.at("bike-1").key == world.programme_key);
  CHECK(list.at("bike-1").mode.empty());
  CHECK(list.at("bike-2").state == "active");
  CHECK(list.at("bike-2").mode == "ebike.shared");
  CHECK(list.at("bike-3").state == "revoked");
}

TEST_CASE("dock list: a line each says the same") {
  const greentill::test::LockFixture world;
  const std::string key = to_hex(world.programme_key);
  const auto list = parse_lock_list("# the square\nbike-1 " + key + "\n\n bike-2\t" + key + " ebike.shared # new\n", "locks");
  REQUIRE(list.size() == 2);
  CHECK(list.at("bike-1").key == world.programme_key);
  CHECK(list.at("bike-1").state == "active");
  CHECK(list.at("bike-2").mode == "ebike.shared");
  CHECK(parse_lock_list("", "locks").empty());
  for (const std::string& wrong :
       {std::string("bike-1"), "Bike 1 " + key, std::string("bike-1 04ab"), "bike-0 " + key, "bike-1 " + key + " a b"}) {
    CHECK_THROWS_WITH(parse_lock_list("bike-0 " + key + "\n" + wrong + "\n", "locks"), doctest::Contains("locks:2: "));
  }
}

TEST_CASE("dock list: what is wrong is named with its line") {
  const greentill::test::LockFixture world;
  const std::string key = to_hex(world.programme_key);
  for (const std::string& wrong : {std::string("[[lock]]\nid = \"bike-1\"\n"), row("Bike 1", key), row("bike-1", "04ab"),
                                   row("bike-1", std::string(130, '0')), row("bike-0", key),
                                   row("bike-1", key, "state = \"lost\"\n"), row("bike-1", key, "colour = \"red\"\n")}) {
    CHECK_THROWS_WITH(parse_lock_list(row("bike-0", key) + wrong, "locks.toml"), doctest::Contains("locks.toml:"));
  }
}

TEST_CASE("dock list: a hello that is cut, or has another's id, is none") {
  std::vector<std::uint8_t> hello(112, 1);
  CHECK(parse_hello(hello).has_value());
  CHECK(parse_hello(ByteView(hello).first(111)) == std::nullopt);
  hello.push_back('X');
  CHECK(parse_hello(hello) == std::nullopt);
  CHECK(parse_hello({}) == std::nullopt);
}

}  // namespace greentill::dock::list_test
