// SPDX-License-Identifier: Apache-2.0
// What a repair makes anew, and what it leaves.
#include <doctest/doctest.h>

#include "daemon/outbox/stored_claim.hpp"
#include "tests/unit/outbox/opened_store.hpp"
#include "tests/unit/outbox/store_dump.hpp"

namespace greentill::test::repair_test {
namespace {

using outbox::Delivery;

constexpr std::int64_t kNow = 1'761'000'000;

/// A chain of ten claims, the start and sales 1 to 9.
struct Fixture : OpenedStore {
  Fixture() { sell(1, 9); }
  void apply(const MadeReceipt& receipt) {
    const auto applied = store->writer().apply(receipt.get(), {1000});
    REQUIRE_MESSAGE(applied.ok(), (applied.ok() ? "" : applied.error().message));
  }
  Status repair(ChainMaker& into, const outbox::Repair& what) {
    MadeAnew remaker(into);
    return store->writer().repair(what, remaker, kNow);
  }
  outbox::StoredClaim claim(const ChainMaker& of, std::uint64_t seq) {
    return reader->claim(of.head().chain, seq).value().value();
  }
  /// The quantities of the chain's reductions from seq 2 on, which tell the sales apart, "-" for a reversal, "gap" for a gap.
  std::string content(const ChainMaker& of) {
    std::string all;
    for (std::uint64_t seq = 2; seq <= of.head().seq; ++seq) {
      const outbox::StoredClaim stored = claim(of, seq);
      const auto opened = outbox::open_claim(seq, stored.message);
      REQUIRE(opened.ok());
      if (const auto* reduction = std::get_if<claim::Reduction>(&opened->claim.entry)) {
        all += std::to_string(reduction->quantities[0].value - 2000) + ' ';
      } else if (const auto* gap = std::get_if<claim::Gap>(&opened->claim.entry)) {
        all += "gap " + std::to_string(gap->first) + '-' + std::to_string(gap->last) + ' ';
      } else {
        all += "- ";
      }
    }
    return all;
  }
};

const claim::ChainHead kElsewhere{Bytes<8>{9}, 77, Digest{7}};

}  // namespace

TEST_CASE(
    "outbox: a repair makes anew what receipts have not told of, and what is refused for now, in its order and with its times") {
  Fixture f;
  f.apply({f.chain, 5, 1, {{3, "unknown-device", true}, {4, "duplicate", false}}});
  ChainMaker anew(2);
  REQUIRE(f.repair(anew, {kElsewhere, false, 1}).ok());
  CHECK(f.content(anew) == "2 5 6 7 8 9 ");
  CHECK(f.claim(anew, 2).recorded_at == f.claim(f.chain, 3).recorded_at);
  CHECK(f.claim(anew, 1).recorded_at == kNow);

  const auto state = f.reader->chain().value().value();
  CHECK(state.head.chain == anew.head().chain);
  CHECK(state.head.payload_hash == anew.head().payload_hash);
  const auto chains = f.reader->chains().value();
  REQUIRE(chains.size() == 2);
  CHECK(chains[0].set_apart);
  CHECK_FALSE(chains[1].set_apart);
  CHECK(chains[1].before.chain == kElsewhere.chain);
  CHECK(chains[1].before.seq == 77);

  CHECK(f.claim(f.chain, 2).delivery == Delivery::delivered);
  CHECK(f.claim(f.chain, 4).delivery == Delivery::refused_final);
  CHECK(f.claim(f.chain, 6).delivery == Delivery::set_apart);
  CHECK(f.claim(f.chain, 6).anew->seq == 3);
  CHECK(f.claim(f.chain, 6).anew->chain == anew.head().chain);
  CHECK(f.claim(anew, 3).delivery == Delivery::waiting);
  // Known by its first claim, as before.
  CHECK(f.reader->find(ChainMaker::key(5)).value()->first_seq == 6);
  CHECK(f.reader->retryable(INT64_MAX, INT64_MAX, 10).value().seqs.empty());
  const outbox::Backlog backlog = f.reader->backlog().value();
  CHECK(backlog.claims == 17);
  CHECK(backlog.waiting == 7);
  CHECK(backlog.refused_retry == 0);
  CHECK(backlog.refused_final == 1);
  CHECK(f.reader->waiting_since().value() == f.claim(anew, 2).recorded_at);
  CHECK(dump_store(f.folder / "outbox.db").starts_with("ok\n--"));
  // Sales go on behind it.
  REQUIRE(commit(f.store->writer(), {anew.sale(20)}).ok());
  // What is heard of the old chain later changes nothing.
  f.apply({f.chain, 8, 1, {{7, "clock", true}}});
  CHECK(f.reader->backlog().value().refused_retry == 0);
}

TEST_CASE("outbox: a reversal whose claim is made anew names the new one, and one whose claim is not keeps its name") {
  Fixture f;
  REQUIRE(commit(f.store->writer(), {f.chain.refund(1, 2)}).ok());
  REQUIRE(commit(f.store->writer(), {f.chain.refund(7, 8)}).ok());
  f.apply({f.chain, 5, 1});
  ChainMaker anew(2);
  REQUIRE(f.repair(anew, {kElsewhere, false, 1}).ok());
  REQUIRE(f.content(anew) == "5 6 7 8 9 - - ");
  const auto named = [&](std::uint64_t seq) {
    const outbox::StoredClaim stored = f.claim(anew, seq);
    const auto opened = outbox::open_claim(seq, stored.message);
    REQUIRE(opened.ok());
    return std::get<claim::Reversal>(opened->claim.entry).claim.value();
  };
  const auto id = [&](const ChainMaker& of, std::uint64_t seq) {
    const outbox::StoredClaim stored = f.claim(of, seq);
    const auto opened = outbox::open_claim(seq, stored.message);
    REQUIRE(opened.ok());
    return opened->claim.id;
  };
  CHECK(named(7) == id(f.chain, 2));
  CHECK(named(8) == id(anew, 4));
}

TEST_CASE("outbox: behind a head that is this store's own everything is made anew, and what was pruned is declared lost") {
  Fixture f;
  f.apply({f.chain, 9, 1, {{5, "duplicate", false}}});
  REQUIRE(f.store->writer().prune({2'000'000'000, 0}, 100).value() == 7);
  // The ledger was restored to claim 4: what it had beyond is waiting again, as far as it is here.
  f.apply({f.chain, 4, 2});
  ChainMaker anew(2);
  REQUIRE(f.repair(anew, {f.chain.place(4), true, 2}).ok());
  CHECK(f.content(anew) == "gap 5-8 4 8 9 ");
}

TEST_CASE(
    "outbox: chains of another assignment are left as they are, and chains behind the one that the ledger has are made anew") {
  Fixture f;
  ChainMaker second(2);
  REQUIRE(f.store->writer().begin_chain(second.head().chain, second.start(7, f.chain.head())).ok());
  REQUIRE(commit(f.store->writer(), {second.sale(20), second.sale(21)}).ok());
  ChainMaker third(3);
  REQUIRE(f.store->writer().begin_chain(third.head().chain, third.start(7, second.head())).ok());
  REQUIRE(commit(f.store->writer(), {third.sale(22)}).ok());
  f.apply({second, 3, 1});
  f.apply({third, 2, 1});
  f.apply({second, 2, 2});
  ChainMaker anew(4);
  MadeAnew remaker(anew, 7);
  REQUIRE(f.store->writer().repair({second.place(2), true, 2}, remaker, kNow).ok());
  CHECK(f.content(anew) == "21 22 ");
  const auto chains = f.reader->chains().value();
  REQUIRE(chains.size() == 4);
  CHECK_FALSE(chains[0].set_apart);
  CHECK(chains[1].set_apart);
  CHECK(chains[2].set_apart);
  CHECK(f.reader->backlog().value().waiting == 13);
}

TEST_CASE("outbox: of an assignment that was left what the ledger may lack is made anew beside the chain in force") {
  Fixture f;
  ChainMaker second(2);
  REQUIRE(f.store->writer().begin_chain(second.head().chain, second.start(7, f.chain.head())).ok());
  REQUIRE(commit(f.store->writer(), {second.sale(20)}).ok());
  f.apply({f.chain, 6, 1, {{3, "unknown-device", true}}});
  ChainMaker anew(3);
  MadeAnew remaker(anew, 7);
  outbox::Repair what{second.head(), true, 1, 1};
  REQUIRE(f.store->writer().repair(what, remaker, kNow).ok());
  CHECK(f.content(anew) == "2 6 7 8 9 ");
  auto chains = f.reader->chains().value();
  REQUIRE(chains.size() == 3);
  CHECK(chains[0].set_apart);
  CHECK(chains[1].state.head.chain == anew.head().chain);
  CHECK(chains[1].state.assignment == 1);
  CHECK(chains[1].before.chain == f.chain.head().chain);
  CHECK(chains[1].before.seq == 6);
  CHECK(chains[1].before.payload_hash == f.chain.hash_at(6));
  // The one in force goes on, also in a store that is opened again, and nothing else is begun.
  CHECK(f.reader->chain().value()->head.seq == second.head().seq);
  REQUIRE(commit(f.store->writer(), {second.sale(21)}).ok());
  f.reopen();
  CHECK(f.reader->chain().value()->head.seq == second.head().seq);
  CHECK(f.reader->chain().value()->head.chain == second.head().chain);
  REQUIRE(commit(f.store->writer(), {second.sale(22)}).ok());
  CHECK(f.reader->backlog().value().waiting == anew.head().seq + second.head().seq);

  SUBCASE("as often as there are numbers, each time what is left") {
    f.apply({anew, 4, 1});
    for (std::uint8_t id = 4; id < 18; ++id) {
      ChainMaker next(id);
      MadeAnew more(next, 7);
      REQUIRE(f.store->writer().repair(what, more, kNow).ok());
      CHECK(f.content(next) == "8 9 ");
    }
    ChainMaker last(18);
    MadeAnew more(last, 7);
    const auto before = dump_store(f.folder / "outbox.db");
    const Status full = f.store->writer().repair(what, more, kNow);
    REQUIRE_FALSE(full.ok());
    CHECK(full.error().message.find("no number left for one more chain under the assignment 1") != std::string::npos);
    CHECK(dump_store(f.folder / "outbox.db") == before);
  }
  SUBCASE("nothing of an assignment that this store does not know") {
    what.left = 9;
    ChainMaker none(4);
    MadeAnew more(none, 7);
    CHECK_FALSE(f.store->writer().repair(what, more, kNow).ok());
    CHECK(f.reader->chains().value().size() == 3);
  }
  SUBCASE("a ledger that went back behind what it had of them lacks that as well") {
    f.apply({second, 1, 2});
    what = {f.chain.place(4), true, 2, 1};
    ChainMaker again(4);
    MadeAnew more(again, 7);
    REQUIRE(f.store->writer().repair(what, more, kNow).ok());
    CHECK(f.content(again) == "4 5 2 6 7 8 9 ");
  }
}

TEST_CASE("outbox: what was made anew is made anew once more from the latest place") {
  Fixture f;
  ChainMaker anew(2);
  REQUIRE(f.repair(anew, {kElsewhere, false, 1}).ok());
  REQUIRE(commit(f.store->writer(), {anew.sale(20)}).ok());
  f.apply({anew, 3, 1});
  ChainMaker again(3);
  REQUIRE(f.repair(again, {{Bytes<8>{8}, 5, Digest{5}}, false, 1}).ok());
  CHECK(f.content(again) == "3 4 5 6 7 8 9 20 ");
  CHECK(f.claim(anew, 4).anew->seq == 2);
  CHECK(f.claim(f.chain, 4).anew->chain == anew.head().chain);
}

TEST_CASE("outbox: a ledger that has nothing gets everything that is here") {
  Fixture f;
  f.apply({f.chain, 9, 1});
  REQUIRE(f.store->writer().prune({f.claim(f.chain, 4).recorded_at, 0}, 100).value() == 3);
  ChainMaker anew(2);
  REQUIRE(f.repair(anew, {{}, true, 2}).ok());
  CHECK(f.content(anew) == "3 4 5 6 7 8 9 ");
  CHECK(f.reader->chains().value()[1].before.seq == 0);
}

TEST_CASE("outbox: a chain that was set apart is kept for its time, and then goes whole") {
  Fixture f;
  f.apply({f.chain, 5, 1, {{4, "duplicate", false}}});
  ChainMaker anew(2);
  REQUIRE(f.repair(anew, {kElsewhere, false, 1}).ok());
  CHECK(f.store->writer().prune({0, kNow}, 100).value() == 0);
  CHECK(f.store->writer().prune({0, kNow + 1}, 4).value() == 4);
  CHECK(dump_store(f.folder / "outbox.db").starts_with("ok\n--"));
  CHECK(f.store->writer().prune({0, kNow + 1}, 100).value() == 6);
  CHECK(f.reader->chains().value().size() == 1);
  CHECK(f.reader->backlog().value().claims == 6);
  CHECK(f.reader->backlog().value().refused_final == 0);
  CHECK(dump_store(f.folder / "outbox.db").starts_with("ok\n--"));
  REQUIRE(commit(f.store->writer(), {anew.sale(20)}).ok());
}

TEST_CASE(
    "outbox: whoever waits for a repair hears that it gets on, and of sales nothing, since other work may be stuck meanwhile") {
  TempDir folder;
  SilentLog log;
  std::size_t heard = 0;
  outbox::Options options{.path = folder / "outbox.db"};
  options.on_progress = [&] { ++heard; };
  const auto store = outbox::Outbox::open(options, log).value();
  ChainMaker chain;
  const outbox::Unit start = chain.start();
  REQUIRE(store->writer().begin_chain(chain.head().chain, start).ok());
  for (std::uint32_t i = 1; i <= 300; ++i) REQUIRE(commit(store->writer(), {chain.sale(i)}).ok());
  CHECK(heard == 0);
  ChainMaker anew(2);
  MadeAnew remaker(anew);
  REQUIRE(store->writer().repair({kElsewhere, false, 1}, remaker, kNow).ok());
  CHECK(heard > 5);
  heard = 0;
  REQUIRE(commit(store->writer(), {anew.sale(1'000)}).ok());
  CHECK(heard == 0);
}

TEST_CASE("outbox: a repair that cannot be made leaves everything as it was") {
  class Failing final : public outbox::Remaker {
   public:
    explicit Failing(ChainMaker& chain) : made_(chain) {}
    Result<outbox::NewClaim> start(const claim::ChainHead& predecessor,
                                   const std::optional<outbox::ClaimedAssignment>& under) override {
      return made_.start(predecessor, under);
    }
    Result<outbox::NewClaim> gap(const claim::ChainId& chain, std::uint64_t first, std::uint64_t last) override {
      return made_.gap(chain, first, last);
    }
    Result<outbox::NewClaim> anew(const claim::Claim& claim, const claim::Message& message,
                                  const std::optional<claim::ClaimId>& of) override {
      if (head().seq == 5) return fail(ErrorCode::bug, "the key cannot be used");
      return made_.anew(claim, message, of);
    }
    [[nodiscard]] const claim::ChainHead& head() const override { return made_.head(); }

   private:
    MadeAnew made_;
  };
  Fixture f;
  const std::string before = dump_store(f.folder / "outbox.db");
  ChainMaker anew(2);
  Failing failing(anew);
  CHECK(f.store->writer().repair({kElsewhere, false, 1}, failing, kNow).error().code == ErrorCode::bug);
  CHECK(dump_store(f.folder / "outbox.db") == before);
  f.sell(10, 10);
}

}  // namespace greentill::test::repair_test
