// SPDX-License-Identifier: Apache-2.0
// What the check finds in rows that were changed behind the ledger's back: each invariant once.
#include <doctest/doctest.h>

#include "tests/unit/credit-service/written_books.hpp"
#include "tools/credit-service/ledger/acts_check.hpp"

namespace greentill::credit::audit_test {
namespace {

using greentill::test::WrittenBooks;

std::string wrong(const WrittenBooks& written) {
  const auto found = written.books()->check();
  REQUIRE_MESSAGE(found, (found ? "" : found.error().message));
  std::string text;
  for (const std::string& one : *found) text += one + '\n';
  return text;
}

struct Spoilt {
  const char* sql;
  const char* says;  ///< what the check says, all of it
};

void check_each(std::initializer_list<Spoilt> all) {
  for (const Spoilt& one : all) {
    const WrittenBooks written;
    CAPTURE(one.sql);
    written.spoil(one.sql);
    CHECK(wrong(written) == one.says);
  }
}

TEST_CASE("what the rules leave holds") {
  const WrittenBooks written;
  CHECK(wrong(written) == "");
}

TEST_CASE("accounts are their legs, and stay on their side of zero") {
  check_each({
      {"UPDATE accounts SET balance = balance + 1 WHERE kind = 'merchant'",
       "1 mg: the books do not balance to zero\n1 accounts are not their legs\n"},
      {"UPDATE accounts SET balance = balance + 1 WHERE kind = 'merchant'; UPDATE accounts SET balance = balance - 1 WHERE kind "
       "= "
       "'operator'",
       "1 accounts are not their legs\n1 accounts of the system are not what was booked for them\n"},
      {"UPDATE accounts SET balance = -1 WHERE kind = 'customer'; UPDATE accounts SET balance = balance + 911 WHERE kind = "
       "'operator'",
       "1 accounts are not their legs\n1 customers are below zero\n1 accounts of the system are not what was booked for them\n"},
      // Of the merchant's share 160 mg were taken back.
      {"UPDATE accounts SET balance = -160 WHERE kind = 'merchant'; UPDATE accounts SET balance = balance + 420 WHERE kind = "
       "'operator'",
       "1 accounts are not their legs\n1 accounts of the system are not what was booked for them\n"},
      {"UPDATE accounts SET balance = -161 WHERE kind = 'merchant'; UPDATE accounts SET balance = balance + 421 WHERE kind = "
       "'operator'",
       "1 accounts are not their legs\n1 merchants are below zero by more than was theirs to share\n1 accounts of the system are "
       "not what was booked for them\n"},
      {"UPDATE accounts SET balance = -1 WHERE kind = 'operator'; UPDATE accounts SET balance = balance + 131 WHERE kind = "
       "'merchant'",
       "1 accounts are not their legs\n1 kinds of account are on the wrong side of zero\n1 accounts of the system are not what "
       "was booked for them\n"},
      {"INSERT INTO accounts VALUES(NULL, 'loss', '', 0, 1, NULL); UPDATE accounts SET balance = balance - 1 WHERE kind = "
       "'operator'",
       "1 kinds of account are on the wrong side of zero\n2 accounts of the system are not what was booked for them\n"},
  });
}

TEST_CASE("bookings balance, are posted, and share what was granted") {
  check_each({
      // One milligram more for the first of the legs.
      {"UPDATE bookings SET legs = x'8482011902bd82033903e7820218c882041864' WHERE claim & 1023 = 2",
       "1 bookings do not balance to zero\n1 legs are not posted as they are booked\n1 claims are not booked as granted and "
       "shared\n"},
      {"UPDATE legs SET mg = mg + 5 WHERE mg = 700; UPDATE legs SET mg = mg - 5 WHERE mg = 200 AND booking = 1; UPDATE accounts "
       "SET balance = "
       "balance + 5 WHERE kind = 'customer'; UPDATE accounts SET balance = balance - 5 WHERE kind = 'merchant'",
       "2 legs are not posted as they are booked\n"},
      {"DELETE FROM legs WHERE mg = 700; UPDATE accounts SET balance = balance - 700 WHERE kind = 'customer'; UPDATE accounts "
       "SET "
       "balance = balance + 700 WHERE kind = 'merchant'; UPDATE legs SET mg = mg + 700 WHERE mg = 200 AND booking = 1",
       "2 legs are not posted as they are booked\n"},
      {"INSERT INTO legs SELECT no, 3, 1, 1, 5, 7 FROM accounts WHERE kind = 'operator' LIMIT 1",
       "1 legs are not posted as they are booked\n"},
      {"UPDATE accounts SET balance = balance + 5 WHERE kind = 'issuance'; UPDATE accounts SET balance = balance - 5 WHERE kind "
       "= "
       "'operator'",
       "2 accounts of the system are not what was booked for them\n"},
      {"UPDATE claims SET granted = 999 WHERE granted = 1000", "1 claims are not booked as granted and shared\n"},
      {"UPDATE claims SET granted = -1 WHERE granted = 1000",
       "1 claims have a grant that is none\n1 claims are not booked as granted and shared\n"},
      {"UPDATE claims SET customer = NULL, granted = 0 WHERE granted = 1000; UPDATE limits SET used = used - 1000",
       "1 claims have a grant that is none\n1 bookings are no accepted reduction's\n"},
      {"UPDATE bookings SET claim = 7 << 40 WHERE claim & 1023 = 2; UPDATE legs SET claim = 7 << 40 WHERE claim & 1023 = 2; "
       "UPDATE "
       "limits SET used = used - 1000",
       "1 bookings are no accepted reduction's\n1 claims are not booked as granted and shared\n"},
  });
}

TEST_CASE("what is refused or held stands at nothing") {
  check_each({
      {"UPDATE claims SET holds = 1 WHERE granted = 1000", "1 refused or held claims have a grant\n"},
      {"UPDATE claims SET reason = 1 WHERE granted = 1000",
       "1 refused or held claims have a grant\n1 acts have a holder that is refused or missing\n1 days of devices are not what "
       "their claims ask for\n"},
      {"UPDATE claims SET reason = 26, granted = 0 WHERE granted = 1000; INSERT INTO act_claims SELECT act, 1, holder FROM acts "
       "WHERE holder & 1023 = 2; UPDATE nullifiers SET holder = NULL WHERE holder & 1023 = 2",
       "1 claims are not booked as granted and shared\n1 days of devices are not what their claims ask for\n"},
  });
}

TEST_CASE("limits are used as what stands says, and by what was taken back too late") {
  check_each({
      {"UPDATE limits SET used = -1 WHERE subject = 'device/dock-7'",
       "1 limits are used less than not at all\n1 limits are not used as what stands says\n"},
      {"UPDATE limits SET used = used - 200", "2 limits are not used as what stands says\n"},
      {"DELETE FROM limits WHERE subject = 'merchant/cafe'", "1 limits are not used as what stands says\n"},
      {"INSERT INTO limits VALUES('account/1', 'ride.bike.shared', 202611, 5)", "1 limits are not used as what stands says\n"},
      {"INSERT INTO limits VALUES('takes-back/dock-7', 'ride.bike.shared', 20261124, 5)", ""},
  });
}

TEST_CASE("days are what the device's accepted claims ask for, and what is held for one has one that stood out") {
  constexpr const char* kMisasked = "1 days of devices are not what their claims ask for\n";
  check_each({
      {"UPDATE device_days SET asked = asked + 1", kMisasked},
      {"UPDATE device_days SET looked = asked + 1", kMisasked},
      {"UPDATE device_days SET looked = asked", ""},
      {"UPDATE device_days SET first = first + 1", kMisasked},
      {"UPDATE device_days SET last = last - 1", kMisasked},
      {"UPDATE device_days SET first = first - 1, last = last + 1", ""},
      {"DELETE FROM device_days", kMisasked},
      {"INSERT INTO device_days VALUES('dock-7', 'refill', 20261124, 5, 1, 1, NULL)", kMisasked},
      {"INSERT INTO device_days VALUES('dock-7', 'refill', 20261124, 0, 1, 1, NULL)", ""},
      {"DELETE FROM screened", "1 claims are held for a day that stood out, and none of their device's did\n"},
      {"UPDATE screened SET activity = 'refill'", "1 claims are held for a day that stood out, and none of their device's did\n"},
      {"UPDATE screened SET lifted_at = 7", ""},
  });
}

TEST_CASE("a device has one chain of each state, without a hole and with an end that counts") {
  check_each({
      {"UPDATE chains SET seq = 7", "1 chains have a hole\n"},
      {"INSERT INTO chains VALUES(9, 'dock-7', x'02', 0, 1, 0, 0, 1, x'', 0, x'', NULL, 0, NULL, 1, 1, 0, NULL)",
       "1 devices have several open chains\n"},
      {"INSERT INTO chains VALUES(8, 'dock-7', x'02', 1, 1, 0, 0, 1, x'', 0, x'', NULL, 0, NULL, 1, 1, 0, NULL), (9, 'dock-7', "
       "x'03', "
       "1, 1, 0, 0, 1, x'', 0, x'', NULL, 0, NULL, 1, 1, 0, NULL)",
       "1 devices have several chains that wait\n"},
      {"INSERT INTO chains VALUES(8, 'dock-7', x'02', 2, 1, 28, 1, 1, x'', 0, x'', NULL, 0, NULL, 1, 1, 0, NULL), (9, 'dock-7', "
       "x'03', "
       "3, 1, 32, 1, 1, x'', 0, x'', NULL, 0, NULL, 1, 1, 0, NULL)",
       "1 devices have several chains on probation or held\n"},
      // A contradiction holds as many as it is between, and what was left is held however much it is.
      {"INSERT INTO chains VALUES(8, 'dock-7', x'02', 3, 1, 29, 1, 1, x'', 0, x'', NULL, 0, NULL, 1, 1, 0, NULL), (9, 'dock-7', "
       "x'03', "
       "3, 1, 31, 1, 1, x'', 0, x'', NULL, 0, NULL, 1, 1, 0, NULL), (10, 'dock-7', x'04', 2, 1, 28, 1, 1, x'', 0, x'', NULL, 0, "
       "NULL, 1, 1, 0, NULL)",
       ""},
      {"UPDATE chains SET opened_at = 0", "1 open chains were never opened\n"},
      {"UPDATE chains SET booked_at = 0", "1 chains are decided that never were\n"},
      // Behind it lie a held claim, and one that a person released.
      {"UPDATE chains SET closed_at = 2, state = 4; UPDATE claims SET lifted = 2 WHERE id & 1023 IN (4, 5)",
       "1 claims behind the end of their chain are decided\n"},
  });
}

TEST_CASE("what stands of an act is what the rules say of all that is kept with it") {
  const auto by_rules = [](const std::string& sql) {
    const WrittenBooks written;
    if (!sql.empty()) written.spoil(sql.c_str());
    std::vector<std::string> wrong;
    const Status checked = check_acts_by_rules(*written.books(), wrong);
    REQUIRE_MESSAGE(checked, (checked ? "" : checked.error().message));
    return wrong.empty() ? std::string() : wrong.front();
  };
  const std::string otherwise = "1 acts stand otherwise than the rules say of all that is kept with them";
  const std::string duplicate = std::to_string(static_cast<int>(Reason::duplicate));
  CHECK(by_rules("").empty());
  CHECK(by_rules("UPDATE claims SET reason = " + duplicate + " WHERE id & 1023 = 2") == otherwise);
  CHECK(by_rules("UPDATE nullifiers SET closed_by = NULL") == otherwise);
  CHECK(by_rules("UPDATE reversals SET merchant = 'bakery'") == otherwise);  // who may not take it back
  CHECK(by_rules("UPDATE claims SET holds = 1 WHERE id & 1023 = 5") == otherwise);
}

TEST_CASE("a device was told what stands") {
  check_each({
      {"DELETE FROM changes WHERE number = 1", "1 devices have a hole in their changes\n"},
      {"UPDATE device_states SET change = 3", "1 devices have a hole in their changes\n"},
      {"UPDATE changes SET number = 3 WHERE number = 2", "1 devices have a hole in their changes\n"},
      {"UPDATE device_states SET device = 'dock-8', change = 0", "2 changes are no known device's\n"},
      {"UPDATE changes SET standing = 0 WHERE number = 1", "1 claims stand otherwise than their device was told last\n"},
      {"UPDATE changes SET granted = 7 WHERE number = 2", "1 claims stand otherwise than their device was told last\n"},
  });
}

TEST_CASE("an act has what leads to it, one holder, and nothing that stands once it is closed") {
  check_each({
      {"UPDATE nullifiers SET holder = 7 << 40 WHERE holder & 1023 = 3",
       "1 acts have a holder that is refused or missing\n1 nullifiers lead to no act that something with them is kept with\n"},
      {"UPDATE nullifiers SET holder = (SELECT holder FROM acts WHERE holder & 1023 = 2) WHERE holder & 1023 = 3",
       "1 claims hold several acts\n1 nullifiers lead to no act that something with them is kept with\n"},
      {"UPDATE nullifiers SET holder = NULL WHERE holder & 1023 = 2",
       "1 claims with a grant hold no act\n1 nullifiers lead to no act that something with them is kept with\n"},
      {"UPDATE nullifiers SET closed_by = (SELECT closed_by FROM acts WHERE closed_by IS NOT NULL) WHERE holder & 1023 = 2",
       "1 acts that are closed have a grant\n1 acts are closed by what is not kept with them\n"},
      {"DELETE FROM nullifiers WHERE act = (SELECT act FROM acts WHERE holder & 1023 = 2)",
       "1 claims with a grant hold no act\n"},
      {"UPDATE nullifiers SET is_act = 0 WHERE holder & 1023 = 3",
       "1 nullifiers that are not their act's lowest have a holder\n1 nullifiers lead to no act that something with them is kept "
       "with\n"},
      {"UPDATE nullifiers SET act = (SELECT act FROM nullifiers WHERE holder & 1023 = 2) WHERE holder & 1023 = 3",
       "1 nullifiers lead to no act that something with them is kept with\n1 acts lead to another\n"},
      {"INSERT INTO act_claims SELECT act, 1, 7 << 40 FROM acts WHERE holder & 1023 = 2",
       "1 claims are kept with an act that is none, or are missing\n1 nullifiers lead to no act that something with them is kept "
       "with\n"},
      {"INSERT INTO act_claims VALUES(x'00', 1, (SELECT min(id) FROM claims))",
       "1 claims are kept with an act that is none, or are missing\n"},
      {"INSERT INTO nullifiers SELECT root, version, zeroblob(32), act, 0, NULL, NULL FROM nullifiers LIMIT 1",
       "1 nullifiers lead to no act that something with them is kept with\n1 nullifiers are lower than their act's\n"},
  });
}

}  // namespace
}  // namespace greentill::credit::audit_test
