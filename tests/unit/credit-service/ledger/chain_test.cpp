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
  CHECK(part.up_to == 6);
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

TEST_CASE("a batch with a hole in it moves the head up to there, and is kept for what stands behind it") {
  OneDevice at;
  at.ride(9);
  at.send(1, 3);
  const auto& all = at.chain.messages();
  const Answered answered = at.desk.take("dock-7", {all[1], all[2], all[3], all[6]});
  CHECK(answered.head == 4);
  CHECK(at.desk.report().pending == 1);
  at.send(8, 9);
  CHECK(at.desk.report().pending == 2);
  CHECK(at.send(5, 6).head == 6);
  CHECK(at.desk.ask("dock-7").head == 9);
  CHECK(at.desk.report().pending == 0);
  CHECK(at.desk.wrong().empty());
}

TEST_CASE("a batch that was kept goes on being kept for what stands behind another hole in it") {
  OneDevice at;
  at.ride(9);
  at.send(1, 2);
  const auto& all = at.chain.messages();
  at.desk.take("dock-7", {all[3], all[4], all[7], all[8]});
  CHECK(at.desk.report().pending == 1);
  at.send(3, 3);
  CHECK(at.desk.ask("dock-7").head == 5);
  CHECK(at.desk.report().pending == 1);
  at.send(6, 7);
  CHECK(at.desk.ask("dock-7").head == 9);
  CHECK(at.desk.report().pending == 0);
  CHECK(at.desk.report().granted_mg == 8 * 167);
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

namespace {

/// Six claims that are taken, and a clone of the device after the fourth.
struct Forked : OneDevice {
  explicit Forked(bool at_one_place) {
    ride(3);
    CHECK(send(1, 4).up_to == 4);
    ChainBuilder clone = chain;
    clone.add_ride(5000, of_event(50));
    ride(2);
    CHECK(send(5, 6).up_to == 6);
    if (!at_one_place) {
      clone.add_ride(5000, of_event(51));
      clone.add_ride(5000, of_event(52));
    }
    CHECK(desk.take("dock-7", clone.messages().back()).up_to == 6);
    CHECK(office.log.says("is held from claim 7 on (fork)"));
    CHECK(desk.report().granted_mg == 5 * 167);
    ride(1);
  }
  Status decide(credit::Desk::Verdict verdict) {
    return desk.ledger().desk().decide_chain("dock-7", chain.head().chain, verdict, false);
  }
};

}  // namespace

TEST_CASE("a device that forked is held; what it claimed before stands, what comes after is held until a person decides") {
  for (const bool at_one_place : {true, false}) {
    CAPTURE(at_one_place);
    Forked at(at_one_place);
    const Answered after = at.send(7, 7);
    CHECK(after.up_to == 7);
    CHECK(after.state == claim::ChainStanding::held);
    CHECK(after.granted == std::map<std::uint64_t, std::int64_t>{{7, 0}});
    REQUIRE(after.changes.size() == 1);
    CHECK(after.changes[0].standing == claim::Stands::held);
    CHECK(after.changes[0].reason == "fork");
    CHECK(at.desk.report().granted_mg == 5 * 167);
    CHECK(at.desk.wrong() == "");
  }
}

TEST_CASE("what was held with a forked chain is decided when a person releases it, and the device is told") {
  Forked at(true);
  at.send(7, 7);
  REQUIRE(at.decide(credit::Desk::Verdict::release));
  CHECK(at.desk.report().granted_mg == 6 * 167);
  at.desk.stored = {at.chain.head().chain, 7, 1, 1};
  const Answered told = at.desk.ask("dock-7");
  CHECK(told.state == claim::ChainStanding::open);
  REQUIRE(told.changes.size() == 1);
  CHECK(told.changes[0].number == 2);
  CHECK(told.changes[0].granted_mg == 167);
  CHECK(told.changes[0].reason == "released");
  CHECK(at.desk.wrong() == "");
}

TEST_CASE("what was held with a forked chain is refused for good when a person dismisses it") {
  Forked at(true);
  at.send(7, 7);
  REQUIRE(at.decide(credit::Desk::Verdict::dismiss));
  CHECK(at.desk.report().granted_mg == 5 * 167);
  CHECK(at.desk.report().refused == std::map<std::string, std::uint64_t>{{"dismissed", 1}});
  CHECK(at.desk.wrong() == "");
}

TEST_CASE("a contradiction that the device did not sign holds nobody") {
  OneDevice at;
  at.ride(3);
  CHECK(at.send(1, 4).up_to == 4);
  TestSigner thief("dock-7");
  ChainBuilder forged(thief);
  forged.add_start();
  for (std::uint32_t i = 1; i <= 4; ++i) forged.add_ride(9000, of_event(i));
  CHECK(at.desk.take("dock-7", forged.messages()).up_to == 4);
  CHECK(at.desk.take("dock-7", forged.messages().back()).up_to == 4);
  CHECK(at.send(4, 4).state == claim::ChainStanding::open);
  CHECK(at.desk.report().pending == 0);
  CHECK(at.desk.report().granted_mg == 3 * 167);
}

TEST_CASE("another device of the same programme is not harmed by a fork") {
  Office office;
  ChainBuilder cloned(office.enrol("dock-7"));
  ChainBuilder honest(office.enrol("dock-8"), "dock-8");  // the same chain id: chains are the device's own
  Desk desk(office);
  cloned.add_start();
  ChainBuilder copy = cloned;
  cloned.add_ride(2000, of_event(1));
  copy.add_ride(2000, of_event(2));
  desk.take("dock-7", cloned.messages());
  CHECK(desk.take("dock-7", copy.messages()).state == claim::ChainStanding::held);
  honest.add_start();
  honest.add_ride(2000, of_event(3));
  const Answered answered = desk.take("dock-8", honest.messages());
  CHECK(answered.granted.size() == 1);
  CHECK(answered.state == claim::ChainStanding::open);
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

TEST_CASE("what waited for a chain is decided once a probation's end has closed that, though its device is silent") {
  OneDevice at;
  at.office.enrol("dock-8");
  at.ride(2);
  at.send(1, 3);
  const claim::ChainHead end = at.chain.head();
  REQUIRE(at.office.change([](credit::Registry& r) -> Status {
    const auto number = r.assign("dock-7", {"merchant", "harbour", {"rides"}});
    return number ? Status(Done{}) : Failure{number.error()};
  }));
  const auto begin = [&](std::uint8_t number, std::uint64_t seq, const Digest& hash, std::uint32_t assignment) {
    const std::size_t before = at.chain.messages().size();
    at.chain.restart(number);
    auto start = start_of(claim::StartReason::recovered_store, claim::Predecessor{"dock-7", end.chain, seq, hash});
    start.assignment = assignment;
    at.chain.add_start(start);
    at.chain.add_ride(2000, of_event(number));
    return at.send(before + 1, before + 2);
  };
  CHECK(begin(2, 0, {}, 1).state == claim::ChainStanding::on_probation);
  CHECK(begin(3, 7, Digest{7}, 2).state == claim::ChainStanding::waiting);
  ChainBuilder other(at.office.signer_of("dock-8"), "dock-8", 9);
  other.add_start();
  for (int hour = 0; hour <= 72; ++hour) {
    at.office.clock.now += 3600;
    at.desk.take("dock-8", other.messages());  // an hour counts in which something came
    REQUIRE(at.desk.clerk().tick());
  }
  const auto probations = at.desk.ledger().store().chains_on_probation();
  REQUIRE(probations);
  REQUIRE(probations->size() == 1);
  CHECK(probations->front().first.id == at.chain.head().chain);
  CHECK(at.desk.report().pending == 0);
  CHECK(at.desk.wrong().empty());
}

TEST_CASE("a batch of two chains is answered for each") {
  OneDevice at;
  at.ride(1);
  const claim::ChainHead end = at.chain.head();
  at.chain.restart(2);
  at.chain.add_start(
      start_of(claim::StartReason::recovered_store, claim::Predecessor{"dock-7", end.chain, end.seq, end.payload_hash}));
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
