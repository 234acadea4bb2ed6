// SPDX-License-Identifier: Apache-2.0
// Batches in any order and number, and devices that were cloned or set back.
#include <sqlite3.h>

#include <algorithm>
#include <random>

#include "tests/unit/credit-service/one_device.hpp"
#include "tools/credit-service/ledger/sqlite/books.hpp"

using namespace greentill;
using namespace greentill::test;

TEST_CASE("a repeated batch is booked once and answered the same") {
  OneDevice at;
  at.ride(5);
  const Answered first = at.send(1, 6);
  CHECK(first.up_to == 6);
  CHECK(first.correlation == std::vector<std::uint8_t>{1, 2, 3});
  CHECK(first.payload_hash == at.chain.head().payload_hash);
  for (int i = 0; i < 3; ++i) {
    const Answered again = at.send(1, 6);
    CHECK(again.granted == first.granted);
    CHECK(again.up_to == 6);
  }
  const Answered part = at.send(3, 4);
  CHECK(part.granted == std::map<std::uint64_t, std::int64_t>{{3, 167}, {4, 167}});
  CHECK(part.up_to == 4);
  CHECK(part.payload_hash == at.office.hasher.sha256({payload_of(at.chain.messages()[3])}));
  CHECK(at.desk.report().granted_mg == 5 * 167);
  CHECK(at.desk.wrong().empty());
}

TEST_CASE("a batch beyond the head is kept, answered with the head as it is, and booked when its turn comes") {
  OneDevice at;
  at.ride(9);
  const Answered early = at.send(4, 6);
  CHECK(early.up_to == 0);
  CHECK(early.payload_hash == Digest{});
  CHECK(early.granted.empty());
  CHECK(at.send(7, 10).up_to == 0);
  CHECK(at.send(7, 10).up_to == 0);  // kept once
  CHECK(at.desk.report().pending == 2);
  const auto answers = at.desk.try_take("dock-7", slice(at.chain.messages(), 0, 3));
  REQUIRE(answers);
  REQUIRE(answers->size() == 3);
  CHECK((*answers)[0].up_to == 3);
  CHECK((*answers)[1].up_to == 6);
  CHECK((*answers)[2].up_to == 10);
  CHECK((*answers)[2].granted.size() == 4);
  CHECK(at.desk.report().pending == 0);
  CHECK(at.desk.report().granted_mg == 9 * 167);
  CHECK(at.desk.wrong().empty());
}

TEST_CASE("a device that goes on where the ledger has not come to is told of, with both numbers, once it sends the same again") {
  OneDevice at;
  at.ride(29);
  at.send(1, 11);
  at.send(22, 25);
  CHECK(at.office.log.count("dock-7: continues at") == 0);  // the batch between may be with another worker
  at.send(22, 25);
  at.send(22, 25);
  CHECK(at.office.log.count("dock-7: continues at 22, and this ledger ends at 11 of its chain") == 1);
  CHECK(at.office.log.says("start one worker with --new-epoch"));
  at.send(26, 30);
  at.send(26, 30);
  CHECK(at.office.log.count("dock-7: continues at") == 1);
}

TEST_CASE("only so many batches of a chain are kept") {
  OneDevice at;
  at.ride(80);
  for (std::size_t seq = 3; seq <= 81; ++seq) at.send(seq, seq);
  CHECK(at.desk.report().pending == 64);
  CHECK(at.send(1, 2).up_to == 2);
  CHECK(at.send(67, 81).up_to == 81);
  CHECK(at.desk.report().granted_mg == 80 * 167);
}

TEST_CASE("batches in any order and number give the same books") {
  for (std::uint32_t seed = 1; seed <= 10; ++seed) {
    CAPTURE(seed);
    std::mt19937 random(seed);
    OneDevice at;
    at.ride(60);
    std::vector<std::pair<std::size_t, std::size_t>> batches;
    for (std::size_t first = 1; first <= 61;) {
      const std::size_t last = std::min<std::size_t>(61, first + random() % 12);
      for (std::size_t copies = 1 + random() % 3; copies > 0; --copies) batches.emplace_back(first, last);
      if (random() % 2 == 0) batches.emplace_back(first, std::min<std::size_t>(61, last + random() % 5));
      first = last + 1;
    }
    std::shuffle(batches.begin(), batches.end(), random);
    for (const auto& [first, last] : batches) at.send(first, last);
    CHECK(at.send(61, 61).up_to == 61);
    CHECK(at.desk.report().granted_mg == 60 * 167);
    CHECK(at.desk.report().pending == 0);
    CHECK(at.desk.wrong().empty());
  }
}

TEST_CASE("a device that forked is quarantined; what it claimed before stands, what comes after is kept for later") {
  OneDevice at;
  at.ride(3);
  CHECK(at.send(1, 4).up_to == 4);
  ChainBuilder clone = at.chain;
  clone.add_ride(5000, of_event(50));
  at.ride(2);
  CHECK(at.send(5, 6).up_to == 6);
  const Bytestring other = clone.messages().back();

  SUBCASE("the same seq with another payload") { CHECK(at.desk.take("dock-7", other).up_to == 5); }
  SUBCASE("the next seq after another past") {
    clone.add_ride(5000, of_event(51));
    clone.add_ride(5000, of_event(52));
    CHECK(at.desk.take("dock-7", clone.messages().back()).up_to == 6);
  }
  CHECK(at.desk.report().quarantined == std::vector<std::string>{"dock-7"});
  CHECK(at.office.log.says("dock-7 is quarantined"));
  CHECK(at.desk.report().granted_mg == 5 * 167);

  at.ride(1);
  const Answered after = at.send(7, 7);
  CHECK(after.up_to == 7);
  CHECK(after.reason(7) == "quarantined, later");
  CHECK(at.send(1, 6).granted.size() == 6);
  CHECK(at.desk.report().granted_mg == 5 * 167);
  CHECK(at.desk.wrong().empty());
}

TEST_CASE("a contradiction that the device did not sign quarantines nobody") {
  OneDevice at;
  at.ride(3);
  CHECK(at.send(1, 4).up_to == 4);
  TestSigner thief("dock-7");
  ChainBuilder forged(thief);
  forged.add_start();
  for (std::uint32_t i = 1; i <= 4; ++i) forged.add_ride(9000, of_event(i));
  CHECK(at.desk.take("dock-7", forged.messages()).up_to == 4);
  CHECK(at.desk.take("dock-7", forged.messages().back()).up_to == 4);
  CHECK(at.desk.report().quarantined.empty());
  CHECK(at.desk.report().pending == 0);
  CHECK(at.desk.report().granted_mg == 3 * 167);
}

TEST_CASE("another device of the same programme is not harmed by a quarantine") {
  Office office;
  ChainBuilder cloned(office.enrol("dock-7"));
  ChainBuilder honest(office.enrol("dock-8"), "dock-8");  // the same chain id: chains are the device's own
  Desk desk(office);
  cloned.add_start();
  ChainBuilder copy = cloned;
  cloned.add_ride(2000, of_event(1));
  copy.add_ride(2000, of_event(2));
  desk.take("dock-7", cloned.messages());
  desk.take("dock-7", copy.messages());
  honest.add_start();
  honest.add_ride(2000, of_event(3));
  CHECK(desk.take("dock-8", honest.messages()).granted.size() == 2);
  CHECK(desk.report().quarantined == std::vector<std::string>{"dock-7"});
}

TEST_CASE("after a restore the epoch is higher and devices fill up what is missing") {
  OneDevice at;
  at.ride(6);
  CHECK(at.send(1, 4).epoch == 1);
  const auto backup = at.office.folder / "backup.db";
  {
    auto database = std::filesystem::copy_options::overwrite_existing;
    std::filesystem::copy_file(at.office.database(), backup, database);
    std::filesystem::copy_file(at.office.database().string() + "-wal", backup.string() + "-wal", database);
  }
  CHECK(at.send(5, 7).up_to == 7);

  Office restored;
  restored.authorities = at.office.authorities;
  std::filesystem::copy_file(backup, restored.database());
  std::filesystem::copy_file(backup.string() + "-wal", restored.database().string() + "-wal");
  Desk desk(restored);
  REQUIRE(desk.ledger().begin_epoch());
  const Answered rewound = desk.take("dock-7", slice(at.chain.messages(), 6, 7));
  CHECK(rewound.epoch == 2);
  CHECK(rewound.up_to == 4);
  CHECK(desk.take("dock-7", slice(at.chain.messages(), 4, 7)).up_to == 7);
  CHECK(desk.report().granted_mg == 6 * 167);
  CHECK(desk.wrong().empty());
}

TEST_CASE("a batch of two chains is answered for each") {
  OneDevice at;
  at.ride(1);
  at.chain.restart(2);
  at.chain.add_start();
  at.chain.add_ride(2000, of_event(77));
  const auto answers = at.desk.try_take("dock-7", at.chain.messages());
  REQUIRE(answers);
  REQUIRE(answers->size() == 2);
  CHECK((*answers)[0].chain != (*answers)[1].chain);
  CHECK((*answers)[0].up_to == 2);
  CHECK((*answers)[1].up_to == 2);
  CHECK(at.desk.report().granted_mg == 2 * 167);
}

TEST_CASE("a batch of many chains is read up to the eighth") {
  OneDevice at;
  for (std::uint8_t number = 2; number <= 10; ++number) {
    at.chain.restart(number);
    at.chain.add_start();
  }
  const auto answers = at.desk.try_take("dock-7", at.chain.messages());
  REQUIRE(answers);
  CHECK(answers->size() == 8);
}

TEST_CASE("a device begins only so many chains, and the ledger has numbers for so many") {
  OneDevice at;
  at.ride(1);
  CHECK(at.send(1, 2).up_to == 2);
  const auto change = [&at](const std::string& sql) {
    sqlite3* raw = nullptr;
    REQUIRE(sqlite3_open(at.office.database().c_str(), &raw) == SQLITE_OK);
    CHECK(sqlite3_exec(raw, sql.c_str(), nullptr, nullptr, nullptr) == SQLITE_OK);
    sqlite3_close(raw);
  };
  at.chain.restart(2);
  at.chain.add_start();
  SUBCASE("a device's") {
    change(
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1023) "
        "INSERT INTO chains(device, chain, hash) SELECT 'dock-7', CAST(i AS BLOB), zeroblob(32) FROM n");
    CHECK(at.send(3, 3).up_to == 0);
    CHECK(at.office.log.says("dock-7 has as many chains as a device may"));
    change("DELETE FROM chains WHERE id = (SELECT max(id) FROM chains)");
    CHECK(at.send(3, 3).up_to == 1);
  }
  SUBCASE("the ledger's") {
    change("INSERT INTO chains(id, device, chain, hash) VALUES((1 << 23) - 1, 'dock-8', x'01', zeroblob(32))");
    const auto answers = at.desk.try_take("dock-7", slice(at.chain.messages(), 2, 3));
    REQUIRE(!answers);
    CHECK(answers.error().message == "ledger: it has no number left for another chain");
  }
  CHECK(at.desk.report().granted_mg == 167);
}

TEST_CASE("a kept batch that cannot be read any more does not stand in its chain's way") {
  OneDevice at;
  at.ride(5);
  at.send(4, 6);
  sqlite3* raw = nullptr;
  REQUIRE(sqlite3_open(at.office.database().c_str(), &raw) == SQLITE_OK);
  CHECK(sqlite3_exec(raw, "UPDATE pending SET bytes = x'ff'", nullptr, nullptr, nullptr) == SQLITE_OK);
  sqlite3_close(raw);
  CHECK(at.send(1, 3).up_to == 3);
  CHECK(at.office.log.says("cannot be read and is dropped"));
  CHECK(at.desk.report().pending == 0);
  CHECK(at.send(4, 6).up_to == 6);
}

TEST_CASE("the check finds what was changed behind the ledger's back") {
  OneDevice at;
  at.ride(3);
  at.send(1, 4);
  CHECK(at.desk.wrong() == "");
  const auto spoil = [&at](const char* sql) {
    sqlite3* raw = nullptr;
    REQUIRE(sqlite3_open(at.office.database().c_str(), &raw) == SQLITE_OK);
    CHECK(sqlite3_exec(raw, sql, nullptr, nullptr, nullptr) == SQLITE_OK);
    sqlite3_close(raw);
    return at.desk.wrong();
  };
  SUBCASE("a posting that has no counterpart") {
    CHECK(spoil("UPDATE postings SET mg = mg + 1 WHERE rowid = 2") ==
          "1 mg: the books do not balance to zero\n1 bookings do not balance to zero\n1 claims are not booked as granted and "
          "shared\n");
  }
  SUBCASE("shares that are not the programme's") {
    CHECK(spoil("UPDATE postings SET mg = mg + 5 * (rowid = 2) - 5 * (rowid = 3)") ==
          "1 claims are not booked as granted and shared\n");
  }
  SUBCASE("a grant that was raised") {
    CHECK(spoil("UPDATE claims SET granted = 168 WHERE granted = 167") == "3 claims are not booked as granted and shared\n");
  }
  SUBCASE("a claim that is gone") {
    CHECK(spoil("DELETE FROM claims WHERE id = (SELECT max(id) FROM claims)") ==
          "1 nullifiers have no booked claim\n1 bookings are no accepted reduction's\n1 chains have a hole\n");
  }
  SUBCASE("a refused claim with a grant") {
    CHECK(spoil("UPDATE claims SET reason = 2 WHERE id = (SELECT max(id) FROM claims)") ==
          "1 nullifiers have no booked claim\n1 refused claims, or no reductions, have a grant\n1 bookings are no accepted "
          "reduction's\n");
  }
  SUBCASE("postings of no claim, which balance") {
    CHECK(spoil("INSERT INTO postings SELECT 7 << 40, account, mg, at FROM postings WHERE booking = (SELECT max(booking) "
                "FROM postings)") == "1 bookings are no accepted reduction's\n");
  }
  SUBCASE("postings of a claim that is no reduction") {
    CHECK(spoil("INSERT INTO postings SELECT (SELECT min(id) FROM claims), account, mg, at FROM postings WHERE booking = (SELECT "
                "max(booking) FROM postings)") == "1 bookings are no accepted reduction's\n");
  }
  SUBCASE("a nullifier that is gone, under which the same act could be booked again") {
    CHECK(spoil("DELETE FROM nullifiers WHERE claim = (SELECT max(claim) FROM nullifiers)") ==
          "1 claims with a grant have no nullifier\n");
  }
}

TEST_CASE("a database of another version is refused, and left as it is: a newer one, and a preview's") {
  Office office;
  const auto set_version = [&office](const char* sql) {
    sqlite3* raw = nullptr;
    REQUIRE(sqlite3_open(office.database().c_str(), &raw) == SQLITE_OK);
    CHECK(sqlite3_exec(raw, sql, nullptr, nullptr, nullptr) == SQLITE_OK);
    sqlite3_close(raw);
  };
  for (const auto& [sql, advice] :
       {std::pair("PRAGMA user_version = 99", "made by a newer version; use that one"),
        std::pair("PRAGMA user_version = 1", "keep it as a record, and begin another in a new file")}) {
    set_version(sql);
    const auto ledger = try_open_ledger(office);
    const auto books = credit::open_sqlite_books(office.database(), office.hasher);
    REQUIRE(!ledger);
    REQUIRE(!books);
    for (const Error& error : {ledger.error(), books.error()}) {
      CHECK(error.code == ErrorCode::unsupported);
      CHECK(error.message.find(advice) != std::string::npos);
    }
  }
}
