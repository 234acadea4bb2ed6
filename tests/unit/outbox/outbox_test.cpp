// SPDX-License-Identifier: Apache-2.0
#include "daemon/outbox/outbox.hpp"

#include <doctest/doctest.h>

#include "tests/unit/outbox/opened_store.hpp"
#include "tests/unit/outbox/store_dump.hpp"

namespace greentill::test {
namespace {

using outbox::Delivery;

/// A store with a chain, and what goes with it.
struct Fixture : OpenedStore {
  std::vector<std::uint64_t> seqs(std::uint64_t after, std::size_t limit, bool newest_first,
                                  std::optional<Delivery> only = std::nullopt) {
    std::vector<std::uint64_t> found;
    REQUIRE(reader
                ->for_each_claim(after, limit, newest_first, only,
                                 [&](const outbox::StoredClaim& claim) {
                                   if (only) CHECK(claim.delivery == *only);
                                   found.push_back(claim.seq);
                                 })
                .ok());
    return found;
  }
};

using Seqs = std::vector<std::uint64_t>;

}  // namespace

TEST_CASE("outbox: a new store has no chain, no claims and no totals") {
  const TempDir folder;
  const auto store = open_outbox(folder / "outbox.db");
  const auto reader = open_reader(*store);
  CHECK_FALSE(reader->chain().value().has_value());
  CHECK_FALSE(reader->claim(1).value().has_value());
  CHECK_FALSE(reader->find(ChainMaker::key(1)).value().has_value());
  CHECK(reader->backlog().value().claims == 0);
  CHECK(reader->totals(0).value().empty());
  CHECK(reader->retryable(INT64_MAX, INT64_MAX, 10).value().seqs.empty());
  outbox::ClaimBatch batch;
  REQUIRE(reader->read_batch({}, 1, 10, 1000, batch).ok());
  CHECK(batch.last_seq == 0);
  ChainMaker chain;
  chain.start();
  const Status early = commit(store->writer(), {chain.sale(1)});
  REQUIRE_FALSE(early.ok());
  CHECK(early.error().code == ErrorCode::conflict);
}

TEST_CASE("outbox: what is committed is read back, byte for byte, by an open reader and after reopening") {
  Fixture f;
  const outbox::Unit one = f.chain.sale(1);
  const outbox::Unit three = f.chain.sale(2, 3);
  const outbox::Unit none = f.chain.sale(3, 0);
  REQUIRE(commit(f.store->writer(), {one, three, none}).ok());
  for (int round = 0; round < 2; ++round) {
    const auto state = f.reader->chain().value();
    REQUIRE(state.has_value());
    CHECK(state->head.seq == 5);
    CHECK(state->head.chain == f.chain.head().chain);
    CHECK(state->head.payload_hash == f.chain.head().payload_hash);
    CHECK(state->delivered_seq == 0);
    CHECK(state->epoch == 0);
    const auto stored = f.reader->claim(4).value();
    REQUIRE(stored.has_value());
    CHECK(stored->message == three.claims[1].message);
    CHECK(stored->recorded_at == three.recorded_at);
    CHECK(stored->delivery == Delivery::waiting);
    const auto record = f.reader->find(ChainMaker::key(2)).value();
    REQUIRE(record.has_value());
    CHECK(record->first_seq == 3);
    CHECK(record->count == 3);
    CHECK(record->chain == f.chain.head().chain);
    const auto claimless = f.reader->find(ChainMaker::key(3)).value();
    REQUIRE(claimless.has_value());
    CHECK(claimless->count == 0);
    CHECK(f.reader->position("till").value() == "line 3");
    CHECK(f.reader->position("dock").value().empty());
    CHECK(f.reader->backlog().value().claims == 5);
    CHECK(f.reader->backlog().value().waiting == 5);
    f.reopen();
  }
}

TEST_CASE("outbox: totals add up by day and activity, and count transactions without a claim apart") {
  Fixture f;
  outbox::Unit next_day = f.chain.sale(4);
  next_day.totals[0].day += 1;
  ChainMaker& chain = f.chain;
  chain.back_to(1);
  REQUIRE(commit(f.store->writer(), {chain.sale(1, 1, 100), chain.sale(2, 2, 50), chain.sale(3, 0)}).ok());
  next_day = chain.sale(4);
  next_day.totals[0].day += 1;
  REQUIRE(commit(f.store->writer(), {next_day}).ok());
  const auto totals = f.reader->totals(20'000).value();
  REQUIRE(totals.size() == 3);
  CHECK(totals[0].activity.empty());
  CHECK(totals[0].claims == 1);
  CHECK(totals[1].claims == 3);
  CHECK(totals[1].credited_mg == 200);
  CHECK(totals[1].estimate_mg == 400);
  CHECK(totals[2].day == 20'001);
  CHECK(f.reader->totals(20'001).value().size() == 1);
}

TEST_CASE("outbox: a day's total stops at the largest number instead of keeping every later sale out") {
  Fixture f;
  outbox::Unit vast = f.chain.sale(1);
  outbox::Unit more = f.chain.sale(2);
  const std::size_t last = vast.totals.size() - 1;
  for (outbox::Unit* unit : {&vast, &more}) unit->totals[last].estimate_mg = INT64_MAX - 1;
  REQUIRE(commit(f.store->writer(), {vast}).ok());
  REQUIRE(commit(f.store->writer(), {more}).ok());
  REQUIRE(commit(f.store->writer(), {f.chain.sale(3)}).ok());
  const auto totals = f.reader->totals(0).value();
  CHECK(totals.back().estimate_mg == INT64_MAX);
  CHECK(totals.back().claims == 3);
}

TEST_CASE("outbox: a unit that does not fit the chain, or is stored already, stores nothing of its group") {
  Fixture f;
  REQUIRE(commit(f.store->writer(), {f.chain.sale(1), f.chain.sale(2, 0)}).ok());
  const std::string before = dump_store(f.folder / "outbox.db");
  const auto refused = [&](const outbox::Unit& bad) {
    f.chain.back_to(2);
    const Status status = commit(f.store->writer(), {f.chain.sale(7), bad});
    f.chain.back_to(2);
    CHECK_FALSE(status.ok());
    CHECK(dump_store(f.folder / "outbox.db") == before);
    return status.ok() ? ErrorCode::bug : status.error().code;
  };
  f.chain.sale(7);
  outbox::Unit twice = f.chain.sale(1);
  CHECK(refused(twice) == ErrorCode::conflict);
  CHECK(refused(f.chain.sale(1, 0)) == ErrorCode::conflict);
  CHECK(refused(f.chain.sale(2, 0)) == ErrorCode::conflict);
  f.chain.sale(7);
  f.chain.sale(8);
  CHECK(refused(f.chain.sale(9)) == ErrorCode::conflict);  // a gap
  CHECK(refused(f.chain.sale(9)) == ErrorCode::conflict);  // a seq that is taken
  f.chain.sale(7);
  outbox::Unit other_head = f.chain.sale(9);
  other_head.head.chain.fill(99);
  CHECK(refused(other_head) == ErrorCode::conflict);
  CHECK(commit(f.store->writer(), {f.chain.sale(7)}).ok());
}

TEST_CASE("outbox: a batch holds consecutive claims within both limits, and one claim at least") {
  Fixture f;
  std::vector<std::uint8_t> all;
  for (std::uint32_t i = 1; i <= 9; ++i) {
    const outbox::Unit unit = f.chain.sale(i);
    if (i >= 2) all.insert(all.end(), unit.claims[0].message.begin(), unit.claims[0].message.end());
    REQUIRE(commit(f.store->writer(), {unit}).ok());
  }
  outbox::ClaimBatch batch;
  REQUIRE(f.reader->read_batch(f.chain.head().chain, 3, 100, 1 << 20, batch).ok());
  CHECK(batch.first_seq == 3);
  CHECK(batch.last_seq == 10);
  CHECK(batch.bytes == all);
  REQUIRE(f.reader->read_batch(f.chain.head().chain, 3, 4, 1 << 20, batch).ok());
  CHECK(batch.last_seq == 6);
  const std::size_t of_four = batch.bytes.size();
  REQUIRE(f.reader->read_batch(f.chain.head().chain, 3, 100, of_four, batch).ok());
  CHECK(batch.last_seq == 6);
  REQUIRE(f.reader->read_batch(f.chain.head().chain, 3, 100, of_four - 1, batch).ok());
  CHECK(batch.last_seq == 5);
  REQUIRE(f.reader->read_batch(f.chain.head().chain, 3, 100, 1, batch).ok());
  CHECK(batch.last_seq == 3);
  REQUIRE(f.reader->read_batch(f.chain.head().chain, 11, 100, 1000, batch).ok());
  CHECK(batch.last_seq == 10);
  CHECK(batch.bytes.empty());
  CHECK(f.reader->read_batch(f.chain.head().chain, 0, 1, 1, batch).error().code == ErrorCode::invalid);
}

TEST_CASE("outbox: claims are listed in both directions, from any place, by how their delivery stands") {
  Fixture f;
  for (std::uint32_t i = 1; i <= 7; ++i) REQUIRE(commit(f.store->writer(), {f.chain.sale(i)}).ok());
  const ReceiptRest rest{.changes = {{1, f.chain.head().chain, 3, claim::Stands::held, 0, "probation"},
                                     {2, f.chain.head().chain, 6, claim::Stands::refused, 0, "dismissed"}}};
  const MadeReceipt receipt(f.chain, 6, 1, {{2, "duplicate", false}, {4, "unknown-methodology", true}, {5, "duplicate", false}},
                            {}, rest);
  REQUIRE(f.store->writer().apply(receipt.get(), {100}).ok());
  CHECK(f.seqs(0, 100, false) == Seqs{1, 2, 3, 4, 5, 6, 7, 8});
  CHECK(f.seqs(3, 2, false) == Seqs{4, 5});
  CHECK(f.seqs(0, 3, true) == Seqs{8, 7, 6});
  CHECK(f.seqs(6, 2, true) == Seqs{5, 4});
  CHECK(f.seqs(1, 100, true).empty());
  CHECK(f.seqs(0, 100, false, Delivery::waiting) == Seqs{7, 8});
  CHECK(f.seqs(7, 100, false, Delivery::waiting) == Seqs{8});
  CHECK(f.seqs(0, 100, true, Delivery::waiting) == Seqs{8, 7});
  CHECK(f.seqs(0, 100, false, Delivery::delivered) == Seqs{1});
  CHECK(f.seqs(0, 100, false, Delivery::held) == Seqs{3});
  CHECK(f.seqs(0, 100, false, Delivery::set_apart).empty());
  CHECK(f.seqs(0, 100, false, Delivery::refused_final) == Seqs{2, 5, 6});
  CHECK(f.seqs(2, 100, false, Delivery::refused_final) == Seqs{5, 6});
  CHECK(f.seqs(0, 1, true, Delivery::refused_final) == Seqs{6});
  CHECK(f.seqs(0, 100, true, Delivery::refused_retry) == Seqs{4});
}

TEST_CASE("outbox: a second chain follows the first, whose claims and transactions stay readable under its name") {
  Fixture f;
  const outbox::Unit sale = f.chain.sale(1);
  REQUIRE(commit(f.store->writer(), {sale}).ok());
  ChainMaker second(2);
  const outbox::Unit start = second.start();
  REQUIRE(f.store->writer().begin_chain(second.head().chain, start).ok());
  CHECK(f.reader->chain().value()->head.seq == 1);
  CHECK(f.reader->chain().value()->head.chain == second.head().chain);
  CHECK(f.seqs(0, 10, false) == Seqs{1});
  CHECK(f.reader->claim(1).value()->message == start.claims[0].message);
  const auto record = f.reader->find(ChainMaker::key(1)).value();
  REQUIRE(record.has_value());
  CHECK(record->chain == f.chain.head().chain);
  CHECK(f.reader->claim(record->chain, record->first_seq).value()->message == sale.claims[0].message);
  CHECK_FALSE(f.reader->claim(Bytes<8>{7}, 1).value().has_value());
  CHECK(f.reader->backlog().value().claims == 3);
  const Status again = f.store->writer().begin_chain(f.chain.head().chain, ChainMaker(1).start());
  CHECK(f.store->writer().begin_chain(second.head().chain, f.chain.sale(9)).error().code == ErrorCode::invalid);
  f.chain.back_to(2);
  CHECK(again.error().code == ErrorCode::conflict);
  REQUIRE(commit(f.store->writer(), {second.sale(2)}).ok());
}

TEST_CASE("outbox: a second process cannot open the store for writing, until the first lets go") {
  Fixture f;
  SilentLog log;
  const auto second = outbox::Outbox::open({.path = f.folder / "outbox.db"}, log);
  REQUIRE_FALSE(second.ok());
  CHECK(second.error().code == ErrorCode::conflict);
  f.reopen();
}

TEST_CASE("outbox: the store can be read by nobody but its owner") {
  Fixture f;
  for (const char* name : {"outbox.db", "outbox.db-wal", "outbox.db.lock"}) {
    CHECK((std::filesystem::status(f.folder / name).permissions() & std::filesystem::perms(0077)) ==
          std::filesystem::perms::none);
  }
}

}  // namespace greentill::test
