// SPDX-License-Identifier: Apache-2.0
// Rides of locks in a file of claims.
#include <algorithm>

#include "daemon/crypto/public_key.hpp"
#include "tests/support/test_lock.hpp"
#include "tests/unit/cli/verify/dock.hpp"

namespace greentill::cli::verify_locks_test {
namespace {

using test::TestLock;
using Findings = std::vector<std::string>;

/// A dock whose last claim, the 11th, is a lock's ride.
struct LockDock : test::Dock {
  TestLock lock;
  std::vector<std::uint8_t> statement = lock.ride();

  void claim(const test::ChainBuilder::Edit& more = {}) {
    chain.add_ride(2000, [&](claim::Claim& claim) {
      auto& ride = std::get<claim::Reduction>(claim.entry);
      ride.end = 1'700'000'500;
      ride.begin = ride.end - 500;
      ride.evidence = claim::Evidence{claim::Evidence::Kind::embedded, statement};
      if (more) more(claim);
    });
  }
  void know(const TestLock& of, std::uint32_t root = 1, const std::string& state = "active") {
    const auto key = crypto::PublicKey::from_pem(of.signer.public_key_pem());
    REQUIRE(key);
    verify::ListedLock one{of.id(), {}, root, "rides", state};
    const auto point = key->point();
    REQUIRE(point.size() == one.key.size());
    std::ranges::copy(point, one.key.begin());
    if (!trust.locks) trust.locks.emplace();
    trust.locks->push_back(one);
  }
};

}  // namespace

TEST_CASE("verify: a lock's ride is held against its statement, and without the lock's key it is said what was not looked at") {
  LockDock dock;
  dock.claim();
  CHECK(dock.verify() == Findings{});
  CHECK(dock.summary.lock_rides == 1);
  CHECK(dock.summary.unchecked_statements == 1);
  dock.know(dock.lock, 1, "retired");
  CHECK(dock.verify() == Findings{});
  CHECK(dock.summary.lock_rides == 1);
  CHECK(dock.summary.unchecked_statements == 0);
}

TEST_CASE("verify: a byte changed in a lock's statement, or a claim that says otherwise") {
  LockDock dock;
  dock.know(dock.lock, 1, "retired");
  SUBCASE("a byte") {
    dock.statement.back() ^= 1;
    dock.claim();
    CHECK(dock.verify() == Findings{"bad-statement 11"});
  }
  SUBCASE("what is no statement") {
    dock.statement.resize(40);
    dock.claim();
    dock.trust.locks.reset();
    CHECK(dock.verify() == Findings{"bad-statement 11"});
  }
  SUBCASE("other times, also without the lock's key") {
    dock.trust.locks.reset();
    dock.claim([](claim::Claim& claim) { ++std::get<claim::Reduction>(claim.entry).end; });
    CHECK(dock.verify() == Findings{"other-statement 11", "other-statement 11"});
  }
  SUBCASE("another root than the lock's") {
    dock.trust.locks.reset();
    dock.know(dock.lock, 2, "retired");
    dock.claim();
    CHECK(dock.verify() == Findings{"other-statement 11"});
  }
  SUBCASE("a lock that is not known") {
    dock.trust.locks.reset();
    dock.know(TestLock("lock-1"), 1, "retired");
    dock.claim();
    CHECK(dock.verify() == Findings{"unknown-lock 11"});
  }
}

TEST_CASE("verify: under a root of locks every ride has a statement") {
  LockDock dock;
  dock.know(dock.lock);
  dock.claim();
  CHECK(dock.verify().size() == 9);  // those before it have none
  CHECK(dock.findings.front() == "no-statement 2");
  CHECK(dock.summary.lock_rides == 1);
}

}  // namespace greentill::cli::verify_locks_test
