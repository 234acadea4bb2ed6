// SPDX-License-Identifier: Apache-2.0
#include "daemon/verify/lock_statement.hpp"

#include <doctest/doctest.h>

#include <limits>

#include "daemon/verify/lock_file.hpp"
#include "tests/support/test_lock.hpp"
#include "tests/unit/cli/chain_builder.hpp"

namespace greentill::verify::lock_statement_test {
namespace {

using test::TestLock;

struct Bench {
  TestLock lock;
  crypto::Hasher hasher;
  StatementSigner known{lock.id(), 1, "rides", claim::key_id(lock.signer.certificate().key_hash()),
                        lock.signer.certificate().make_verifier().value()};
  measure::Methodology methodology = test::ride_methodology();
  std::vector<std::uint8_t> evidence = lock.ride();
  claim::Claim claim;

  Bench() {
    claim.issued_at = 1'700'000'900;
    claim::Reduction ride;
    ride.end = 1'700'000'500;
    ride.begin = ride.end - 500;
    ride.activity = methodology.activity;
    REQUIRE(ride.quantities.push_back({"m.odometer", 2000}));
    REQUIRE(ride.nullifiers.push_back({1, 1, {}}));
    claim.entry = ride;
    embed();
  }
  claim::Reduction& ride() { return std::get<claim::Reduction>(claim.entry); }
  void embed() { ride().evidence = claim::Evidence{claim::Evidence::Kind::embedded, evidence}; }
  /// What is wrong with it, in the reasons' codes.
  std::string wrong() {
    Flaws flaws;
    if (!has_statement(ride())) {
      flaws.push_back(missing_statement(ride(), "rides"));
    } else if (const auto statement = read_statement(ride()); !statement) {
      flaws.push_back(statement.error());
    } else if (check_statement_signature(hasher, *statement, &known, flaws)) {
      compare_with_statement(claim, ride(), *statement, &methodology, flaws);
      static_cast<void>(check_statement_root(ride(), *statement, known, flaws));
    }
    std::string all;
    for (const Flaw& one : flaws) all += (all.empty() ? "" : ", ") + std::string(to_string(one.reason));
    return all;
  }
};

}  // namespace

TEST_CASE("lock statement: a claim that says what its lock says passes, with the seconds or without") {
  Bench bench;
  CHECK(bench.wrong() == "");
  REQUIRE(bench.ride().quantities.push_back({"s", 500}));
  CHECK(bench.wrong() == "");
}

TEST_CASE("lock statement: a byte that was changed is told, whichever it is") {
  Bench bench;
  const auto original = bench.evidence;
  for (std::size_t i = 0; i < original.size(); ++i) {
    for (const std::uint8_t bit : {std::uint8_t{0x01}, std::uint8_t{0x80}}) {
      bench.evidence = original;
      bench.evidence[i] ^= bit;
      bench.embed();
      CAPTURE(i);
      const std::string wrong = bench.wrong();
      CHECK_FALSE(wrong.empty());
      CHECK(wrong.find("other-statement") == std::string::npos);  // it is no lock's word, and judged as none
    }
  }
  bench.evidence = original;
  bench.evidence.pop_back();
  bench.embed();
  CHECK(bench.wrong() == "bad-statement");
}

TEST_CASE("lock statement: a claim that says otherwise is told, whatever it changed") {
  Bench bench;
  claim::Reduction& ride = bench.ride();
  SUBCASE("more metres") { ride.quantities[0].value = 2001; }
  SUBCASE("other seconds") { REQUIRE(ride.quantities.push_back({"s", 501})); }
  SUBCASE("what the lock does not count") { REQUIRE(ride.quantities.push_back({"Wh", 3})); }
  SUBCASE("no metres") { ride.quantities[0] = {"s", 500}; }
  SUBCASE("metres that were tracked") { ride.quantities[0].unit = "m.track"; }
  SUBCASE("a later end") { ++ride.end, ++ride.begin; }
  SUBCASE("an earlier begin") { --ride.begin; }
  SUBCASE("a begin before everything") { ride.begin = std::numeric_limits<std::int64_t>::min(); }
  SUBCASE("another root") { ride.nullifiers[0].root = 2; }
  SUBCASE("what is no ride") { bench.methodology.exclusive_group = "rides"; }
  CHECK(bench.wrong().starts_with("other-statement"));
}

TEST_CASE("lock statement: where the lock's clock was not set the dock dates the end, between the lock's word and its own") {
  Bench bench;
  const auto dated = [&](std::int64_t end, std::int64_t lasted) {
    bench.ride().end = end;
    bench.ride().begin = end - lasted;
    return bench.wrong();
  };
  TestLock::Ride unset;
  unset.ended_at = 412;
  unset.clock = 2;
  bench.evidence = bench.lock.ride(unset);
  bench.embed();
  CHECK(dated(412, 500) == "");
  CHECK(dated(bench.claim.issued_at, 500) == "");
  CHECK(dated(411, 500) == "other-statement");
  CHECK(dated(bench.claim.issued_at + 1, 500) == "other-statement");
  CHECK(dated(bench.claim.issued_at, 499) == "other-statement");
}

TEST_CASE("lock statement: another lock's key, and a lock that is not known") {
  Bench bench;
  const TestLock other;
  SUBCASE("a key that its name does not have") {
    bench.known.key = claim::key_id(other.signer.certificate().key_hash());
    CHECK(bench.wrong() == "unknown-lock");
  }
  SUBCASE("the same id of a key, made up") {
    bench.known.verifier = other.signer.certificate().make_verifier().value();
    CHECK(bench.wrong() == "bad-statement");
  }
  SUBCASE("nobody") {
    Flaws flaws;
    const auto statement = read_statement(bench.ride());
    REQUIRE(statement);
    CHECK_FALSE(check_statement_signature(bench.hasher, *statement, nullptr, flaws));
    REQUIRE(flaws.size() == 1);
    CHECK(flaws[0].reason == Reason::unknown_lock);
    CHECK(flaws[0].detail == "lock lock-0042 is not known");
  }
}

TEST_CASE("lock statement: evidence that is none, a hash, or another's is no statement") {
  Bench bench;
  const Digest hash{};
  const std::string meter = "OCMF|{}|{}";
  bench.ride().evidence.reset();
  CHECK(bench.wrong() == "no-statement");
  bench.ride().evidence = claim::Evidence{claim::Evidence::Kind::hashed, hash};
  CHECK(bench.wrong() == "no-statement");
  bench.ride().evidence = claim::Evidence{claim::Evidence::Kind::embedded, as_bytes(meter)};
  CHECK(bench.wrong() == "no-statement");
}

TEST_CASE("lock statement: only a ride's own nullifier names it") {
  const Bench bench;
  const Bytes<32> programme_key{7};
  const claim::RootKey key = claim::make_root_key(bench.hasher, programme_key, 1, 1);
  const auto statement = read_statement(std::get<claim::Reduction>(bench.claim.entry));
  REQUIRE(statement);
  const auto names = [&](const claim::Nullifier& one, std::string_view group) {
    return names_ride(bench.hasher, key, one, group, bench.known, statement->ride);
  };
  CHECK(names(test::ride_nullifier(bench.hasher, programme_key, 1, "rides", "lock-0042", 1), "ride"));
  CHECK_FALSE(names(test::ride_nullifier(bench.hasher, programme_key, 1, "rides", "lock-0042", 2), "ride"));
  CHECK_FALSE(names(test::ride_nullifier(bench.hasher, programme_key, 1, "rides", "lock-0043", 1), "ride"));
  CHECK_FALSE(names(test::ride_nullifier(bench.hasher, programme_key, 1, "rides", "lock-0042", 1), "ride.bike"));
}

TEST_CASE("lock statement: which groups are rides") {
  CHECK(is_ride_group("ride"));
  CHECK(is_ride_group("ride.bike"));
  CHECK_FALSE(is_ride_group("rides"));
  CHECK_FALSE(is_ride_group("trip"));
  CHECK_FALSE(is_ride_group(""));
}

TEST_CASE("lock file: what is written is read, and what is wrong in it is named") {
  ListedLock one{"lock-0042", {}, 4, "a \"root\"\\", "active"};
  one.key[0] = 4;
  const auto read = read_lock_file(write_lock_file({one}), "locks.toml");
  REQUIRE_MESSAGE(read, (read ? "" : read.error().message));
  REQUIRE(read->size() == 1);
  CHECK(read->front().id == one.id);
  CHECK(read->front().key == one.key);
  CHECK(read->front().root == 4);
  CHECK(read->front().root_name == one.root_name);
  CHECK(read->front().state == "active");
  CHECK(read_lock_file("", "locks.toml").value().empty());
  const std::string text = write_lock_file({one});
  const auto twice = read_lock_file(text + text.substr(text.find("\n[[lock]]")), "locks.toml");
  REQUIRE_FALSE(twice);
  CHECK(twice.error().message.find("stands there twice") != std::string::npos);
  for (const auto& [from, to] :
       {std::pair("lock-0042", "Lock"), std::pair("\"04", "\"05"), std::pair("root_number = 4", "root_number = 0"),
        std::pair("\"active\"", "\"asleep\""), std::pair("state", "status")}) {
    std::string wrong = text;
    wrong.replace(wrong.find(from), std::string_view(from).size(), to);
    CAPTURE(wrong);
    const auto refused = read_lock_file(wrong, "locks.toml");
    REQUIRE_FALSE(refused);
    CHECK(refused.error().message.starts_with("locks.toml:"));
  }
}

}  // namespace greentill::verify::lock_statement_test
