// SPDX-License-Identifier: Apache-2.0
// What the check finds in rows of locks' rides that were changed behind the ledger's back: each invariant once.
#include <sqlite3.h>

#include "tests/unit/credit-service/locked_docks.hpp"

namespace greentill::credit::lock_audit_test {
namespace {

using test::LockedDocks;

/// Three rides of a lock, of which the last is settled; and one of a twin's, which contradicts the second.
struct Written : LockedDocks {
  Written() {
    CHECK(claim("dock-1", lock.ride(), 1) == "accepted");
    test::TestLock twin = lock.twin();
    CHECK(claim("dock-1", lock.ride(), 2) == "accepted");
    CHECK(claim("dock-2", lock.ride(), 3) == "accepted");
    test::TestLock::Ride other;
    other.clock = 1;
    CHECK(claim("dock-2", twin.ride(other), 2) == "duplicate");
    CHECK(claim("dock-2", lock.ride(), 4) == "held: lock-fork");
    desk.reset();  // its connection
  }
  std::string wrong_after(const char* sql) {
    sqlite3* raw = nullptr;
    REQUIRE(sqlite3_open(office.database().c_str(), &raw) == SQLITE_OK);
    char* wrong = nullptr;
    CHECK_MESSAGE(sqlite3_exec(raw, sql, nullptr, nullptr, &wrong) == SQLITE_OK, (wrong == nullptr ? "" : wrong));
    sqlite3_free(wrong);
    sqlite3_close(raw);
    const auto found = test::Desk(office).books()->check();
    REQUIRE(found);
    std::string text;
    for (const std::string& one : *found) text += one + '\n';
    return text;
  }
};

struct Spoilt {
  const char* sql;
  const char* says;
};

}  // namespace

TEST_CASE("lock rides: the check finds what does not hold, row by row") {
  constexpr const char* kUnnoted = "1 claims carry a lock's ride that is not noted, or is another\n";
  constexpr const char* kUnbound = "1 rides of locks are bound to a claim that does not carry them\n";
  constexpr const char* kUnsettled = "1 locks are told of rides as settled that are not, or not of one that is\n";
  const Spoilt all[] = {
      {"SELECT 1", ""},
      {"UPDATE lock_rides SET digest = zeroblob(32) WHERE counter = 4",
       "1 claims carry a lock's ride that is not noted, or is another\n"},
      {"UPDATE lock_rides SET digest = zeroblob(32) WHERE counter = 1",
       "1 claims carry a lock's ride that is not noted, or is another\n"},
      {"DELETE FROM lock_rides WHERE counter = 4", kUnnoted},
      // The next claim has the next ride, and is granted something for it.
      {"UPDATE lock_rides SET claim = claim + 1 WHERE counter = 1",
       "1 rides of locks are bound to a claim that does not carry them\n1 rides of locks are granted twice\n"},
      {"UPDATE lock_rides SET claim = 77 WHERE counter = 3", kUnbound},
      {"UPDATE lock_rides SET previous = previous + 1 WHERE counter = 4",
       "1 claims carry a lock's ride that is not noted, or is another\n1 rides of locks do not go on from one another, and "
       "nothing "
       "says so\n"},
      {"UPDATE lock_rides SET previous = NULL WHERE counter = 4",
       "1 claims carry a lock's ride that is not noted, or is another\n1 rides of locks do not go on from one another, and "
       "nothing "
       "says so\n"},
      {"DELETE FROM lock_faults",
       "1 claims carry a lock's ride that is not noted, or is another\n2 claims are held as lock-fork, and nothing contradicts "
       "their "
       "lock's rides\n"},
      {"UPDATE lock_rides SET settled = 0 WHERE counter = 3; UPDATE locks SET counter = 2",
       "1 rides of locks are not settled, though their claim is decided\n"},
      {"UPDATE locks SET counter = 2", kUnsettled},
      {"UPDATE locks SET counter = 4", kUnsettled},
      {"UPDATE locks SET counter = 5", kUnsettled},
      {"INSERT INTO lock_rides VALUES('lock-1', 1, zeroblob(32), NULL, 1, NULL, 0)", kUnsettled},
  };
  for (const Spoilt& one : all) {
    Written written;
    CAPTURE(one.sql);
    CHECK(written.wrong_after(one.sql) == one.says);
  }
}

TEST_CASE("lock rides: the check finds a ride that is granted twice") {
  Written written;
  // The duplicate as if it had been granted: what else is wrong with it is told as well.
  const std::string wrong = written.wrong_after("UPDATE claims SET reason = 0, granted = 167 WHERE reason = 1");
  CHECK(wrong.find("1 rides of locks are granted twice\n") != std::string::npos);
}

}  // namespace greentill::credit::lock_audit_test
