// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include "tests/unit/outbox/opened_store.hpp"
#include "tests/unit/outbox/store_dump.hpp"

namespace greentill::test::prune_test {
namespace {

constexpr std::int64_t kFuture = 2'000'000'000;

struct Fixture : OpenedStore {
  void deliver(std::uint64_t up_to, const std::vector<claim::Refusal>& refused = {},
               const std::vector<claim::Grant>& granted = {}, const std::vector<claim::Change>& changes = {}) {
    REQUIRE(store->writer().apply(MadeReceipt(chain, up_to, 1, refused, granted, {.changes = changes}).get(), {1}).ok());
  }
  std::size_t prune(std::int64_t before, std::size_t limit = 1000) {
    return store->writer().prune({before, before}, limit).value();
  }
  bool has(std::uint64_t seq) { return reader->claim(seq).value().has_value(); }
  bool knows(std::uint32_t sale) { return reader->find(ChainMaker::key(sale)).value().has_value(); }
  std::int64_t recorded(std::uint64_t seq) { return reader->claim(seq).value()->recorded_at; }
};

}  // namespace

TEST_CASE("outbox: pruning takes delivered claims that are old enough, and their transactions with them") {
  Fixture f;
  f.sell(1, 9);  // seqs 2 to 10
  f.deliver(8, {}, {{3, 1}});
  CHECK(f.prune(f.recorded(5), 1000) == 4);
  for (std::uint64_t seq = 1; seq <= 10; ++seq) CHECK(f.has(seq) == (seq >= 5));
  CHECK_FALSE(f.knows(3));
  CHECK(f.knows(4));
  CHECK(f.reader->backlog().value().claims == 6);
  CHECK(f.prune(f.recorded(5), 1000) == 0);
  CHECK(dump_store(f.folder / "outbox.db").starts_with("ok\n--"));
}

TEST_CASE("outbox: what waits, is refused, or is the delivered head is never pruned") {
  Fixture f;
  f.sell(1, 9);
  f.deliver(8, {{3, "clock", true}, {5, "duplicate", false}});
  CHECK(f.prune(kFuture) == 5);
  for (std::uint64_t seq = 1; seq <= 10; ++seq) CHECK(f.has(seq) == (seq == 3 || seq == 5 || seq >= 8));
  f.deliver(10, {}, {{3, 900}});
  CHECK(f.prune(kFuture) == 3);
  CHECK(f.has(5));
  CHECK(f.has(10));
}

TEST_CASE("outbox: pruning stops at its limit and goes on from there") {
  Fixture f;
  f.sell(1, 9);
  f.deliver(10);
  CHECK(f.prune(kFuture, 4) == 4);
  CHECK(f.has(5));
  CHECK(f.prune(kFuture, 4) == 4);
  CHECK(f.prune(kFuture, 4) == 1);
}

TEST_CASE("outbox: transactions without a claim are forgotten at the same age") {
  Fixture f;
  REQUIRE(commit(f.store->writer(), {f.chain.sale(1, 0), f.chain.sale(2, 0), f.chain.sale(3, 0)}).ok());
  CHECK(f.prune(1'760'000'003) == 2);
  CHECK_FALSE(f.knows(2));
  CHECK(f.knows(3));
  REQUIRE(commit(f.store->writer(), {f.chain.sale(4, 0)}).ok());
  CHECK(f.prune(kFuture, 1) == 1);
  CHECK(f.knows(4));
}

TEST_CASE("outbox: claims recorded under a clock that ran ahead do not hold back those behind them") {
  Fixture f;
  outbox::Unit ahead = f.chain.sale(1);
  ahead.recorded_at = kFuture;
  REQUIRE(commit(f.store->writer(), {ahead}).ok());
  f.sell(2, 5);
  f.deliver(6);
  CHECK(f.prune(kFuture) == 4);
  CHECK(f.has(2));
  CHECK(f.has(6));
}

TEST_CASE("outbox: receipts are held against the chain after pruning too, and what a ledger that went back lacks is known") {
  Fixture f;
  f.sell(1, 9);
  f.deliver(8);
  f.prune(kFuture);
  const auto apply = [&](const MadeReceipt& receipt) { return f.store->writer().apply(receipt.get(), {1}).value(); };
  CHECK_FALSE(apply({f.chain, 8, 1}).at_odds);
  CHECK(apply({receipt_for({f.chain.head().chain, 8, Digest{1}}, 1), {}}).at_odds);
  CHECK_FALSE(apply({f.chain, 3, 1, {{2, "duplicate", false}}}).at_odds);
  CHECK_FALSE(f.has(2));
  CHECK(f.reader->chains().value()[0].pruned_to == 7);
  CHECK(apply({f.chain, 3, 2}).rewound);
  CHECK(f.reader->chain().value()->delivered_seq == 3);
  CHECK(f.reader->match(f.chain.place(3)).value() == outbox::PlaceMatch::same);  // nobody can tell
  CHECK(f.reader->match({f.chain.head().chain, 7, Digest{1}}).value() == outbox::PlaceMatch::other_hash);
}

TEST_CASE("outbox: what is held is not pruned, and goes once it is accepted") {
  Fixture f;
  f.sell(1, 5);
  f.deliver(6, {}, {}, {{1, f.chain.head().chain, 3, claim::Stands::held, 0, "screening"}});
  CHECK(f.prune(kFuture) == 4);
  CHECK(f.has(3));
  f.deliver(6, {}, {}, {{2, f.chain.head().chain, 3, claim::Stands::accepted, 900, "released"}});
  CHECK(f.prune(kFuture) == 1);
  CHECK_FALSE(f.has(3));
  CHECK(dump_store(f.folder / "outbox.db").starts_with("ok\n--"));
}

TEST_CASE("outbox: chains that are no longer in force are pruned as well") {
  Fixture f;
  f.sell(1, 3);
  f.deliver(4);
  f.chain = ChainMaker(2);
  const outbox::Unit start = f.chain.start();
  REQUIRE(f.store->writer().begin_chain(f.chain.head().chain, start).ok());
  f.sell(4, 6);
  CHECK(f.prune(kFuture) == 3);
  CHECK(f.reader->backlog().value().claims == 5);
  f.deliver(3);
  CHECK(f.prune(kFuture) == 2);
  CHECK(dump_store(f.folder / "outbox.db").starts_with("ok\n--"));
}

TEST_CASE("outbox: side records is stored with its unit, and forgotten after the same time") {
  Fixture f;
  outbox::Unit unit = f.chain.sale(1);
  const Digest nullifier{1, 2, 3};
  const Bytes<16> account{7};
  const auto uses = [&](std::string_view activity) {
    std::int64_t events = 0;
    const std::vector<outbox::AccountUse> all = f.reader->account_uses(account, activity, 3 * 86'400, 3 * 86'400 + 1).value();
    for (const outbox::AccountUse& use : all) events += use.events;
    return events;
  };
  unit.side.taken_back = {{nullifier, "pieces", 2, 2}, {nullifier, "g", 7, 2}};
  unit.side.awaited_key = ChainMaker::key(50);
  unit.side.awaited = {{1, "cup.own", "pieces", 1, ChainMaker::key(52)}, {0, "", "", 0, std::nullopt}};
  unit.side.guarded.push_back({ChainMaker::key(1), 0, 0, 99, "ride.bus", "m.track=9", "implausible", 2});
  unit.side.account_uses = {{account, "cup.own", 3 * 86'400, 4}};
  REQUIRE(commit(f.store->writer(), {unit}).ok());
  CHECK(f.reader->taken_back(nullifier).value().size() == 2);
  CHECK(f.reader->awaits_any().value());
  CHECK(f.reader->awaited(ChainMaker::key(50)).value().size() == 2);
  CHECK(uses("cup.own") == 4);
  CHECK(uses("bag.own") == 0);

  // The new sum takes the place of the old one, the transaction that was awaited is there, the record is read once more.
  outbox::Unit next = f.chain.sale(50);
  next.side.taken_back = {{nullifier, "pieces", 3, 2}};
  next.side.met = true;
  next.side.guarded = unit.side.guarded;
  next.side.guarded[0].reason = "too fast";
  next.recorded_at = unit.recorded_at;
  REQUIRE(commit(f.store->writer(), {next}).ok());
  CHECK(f.reader->taken_back(nullifier).value()[1].value == 3);
  CHECK_FALSE(f.reader->awaits_any().value());
  std::vector<outbox::GuardedAct> guarded;
  const auto visit = [&](const outbox::GuardedAct& act) { guarded.push_back(act); };
  REQUIRE(f.reader->for_each_guarded({}, 10, visit).ok());
  REQUIRE(guarded.size() == 1);
  CHECK(guarded[0].reason == "too fast");
  CHECK(guarded[0].line == 2);

  f.prune(unit.recorded_at);
  CHECK(f.reader->taken_back(nullifier).value().size() == 2);
  // A full disk asks for delivered claims alone.
  REQUIRE(f.store->writer().prune({kFuture, unit.recorded_at}, 100).ok());
  CHECK(uses("cup.own") == 4);
  f.prune(unit.recorded_at + 1);
  CHECK(f.reader->taken_back(nullifier).value().size() == 2);  // as long as the claim waits
  f.deliver(2, {{2, "clock", true}});
  f.prune(unit.recorded_at + 1);
  CHECK(f.reader->taken_back(nullifier).value().size() == 2);  // or is refused
  f.deliver(2, {}, {{2, 1}});
  f.prune(unit.recorded_at + 1);
  CHECK(f.reader->taken_back(nullifier).value().empty());
  CHECK(uses("cup.own") == 0);
  guarded.clear();
  REQUIRE(f.reader->for_each_guarded({}, 10, visit).ok());
  CHECK(guarded.empty());
  CHECK(f.has(2));  // the delivered head
}

}  // namespace greentill::test::prune_test
