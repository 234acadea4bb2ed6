// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/outbox/store_dump.hpp"
#include "tests/unit/outbox/ten_claims.hpp"

namespace greentill::test::receipt_test {

TEST_CASE("outbox: a receipt delivers all up to its head, and sets apart what it refuses") {
  Fixture f;
  const auto applied = f.apply({f.chain, 5, 1, {{2, "duplicate", false}, {3, "clock", true}}, {{4, 850}, {5, 900}}});
  REQUIRE(applied.ok());
  CHECK(applied.value().delivered_seq == 5);
  CHECK(applied.value().newly_refused == 2);
  CHECK_FALSE(applied.value().ignored);
  CHECK_FALSE(applied.value().rewound);
  CHECK(f.claim(1).delivery == Delivery::delivered);
  CHECK(f.claim(2).delivery == Delivery::refused_final);
  CHECK(f.claim(2).reason == "duplicate");
  CHECK(f.claim(3).delivery == Delivery::refused_retry);
  CHECK(f.claim(4).granted_mg == 850);
  CHECK_FALSE(f.claim(5).granted_mg.has_value());  // as asked for
  CHECK(f.claim(6).delivery == Delivery::waiting);
  const outbox::Backlog backlog = f.reader->backlog().value();
  CHECK(backlog.claims == 10);
  CHECK(backlog.waiting == 5);
  CHECK(backlog.refused_retry == 1);
  CHECK(backlog.refused_final == 1);
  CHECK(f.reader->chain().value()->epoch == 1);
}

TEST_CASE(
    "outbox: the oldest claim that waits is known, be it not processed or refused for now, and refusals are counted by reason") {
  Fixture f;
  const auto since = [&] { return f.reader->waiting_since().value(); };
  CHECK(since() == f.claim(2).recorded_at);  // the chain's start, which claims nothing, waits for nobody
  CHECK(f.counts().empty());
  REQUIRE(f.apply({f.chain, 5, 1, {{2, "duplicate", false}, {3, "clock", true}, {4, "clock", true}}}).ok());
  CHECK(since() == f.claim(3).recorded_at);
  CHECK(f.counts() == "clock refused_retry 2;duplicate refused_final 1;");
  CHECK(f.reader->reason_counts(1).value().size() == 1);
  // One for now becomes one for good, and another is granted.
  REQUIRE(f.apply({f.chain, 8, 1, {{3, "clock", false}}, {{4, 850}}}).ok());
  CHECK(f.counts() == "clock refused_final 1;duplicate refused_final 1;");
  CHECK(since() == f.claim(9).recorded_at);
  // A ledger that went back forgets them.
  REQUIRE(f.apply({f.chain, 2, 2}).ok());
  CHECK(f.counts() == "duplicate refused_final 1;");
  CHECK(since() == f.claim(3).recorded_at);
  REQUIRE(f.apply({f.chain, 10, 2, {}, {{2, 850}}}).ok());
  CHECK(f.counts().empty());
  CHECK_FALSE(since().has_value());
}

TEST_CASE("outbox: the same receipt again changes nothing") {
  Fixture f;
  const MadeReceipt receipt(f.chain, 5, 1, {{2, "duplicate", false}, {3, "clock", true}}, {{4, 850}});
  REQUIRE(f.apply(receipt).ok());
  const std::string once = dump_store(f.folder / "outbox.db");
  const auto again = f.apply(receipt);
  REQUIRE(again.ok());
  CHECK(again.value().newly_refused == 0);
  CHECK(dump_store(f.folder / "outbox.db") == once);
}

TEST_CASE("outbox: a lower head of the same epoch moves nothing back, but its outcomes count") {
  // Two workers of the service may answer two batches in any order.
  Fixture f;
  REQUIRE(f.apply({f.chain, 8, 1, {{7, "clock", true}}}).ok());
  const auto late = f.apply({f.chain, 4, 1, {{3, "duplicate", false}}});
  REQUIRE(late.ok());
  CHECK(late.value().ignored);
  CHECK(late.value().delivered_seq == 8);
  CHECK(late.value().newly_refused == 1);
  CHECK(f.reader->chain().value()->delivered_seq == 8);
  CHECK(f.claim(3).delivery == Delivery::refused_final);
}

TEST_CASE("outbox: receipts of a chain that is not here or of an older epoch are ignored") {
  Fixture f;
  REQUIRE(f.apply({f.chain, 3, 5}).ok());
  const std::string before = dump_store(f.folder / "outbox.db");
  const auto older = f.apply({f.chain, 6, 4, {{2, "duplicate", false}}});
  REQUIRE(older.ok());
  CHECK(older.value().ignored);
  const claim::Refusal refusal{2, "duplicate", false};
  const auto other = f.apply({receipt_for({Bytes<8>{9}, 6, Digest{1}}, 5), {{&refusal, 1}, {}, {}}});
  REQUIRE(other.ok());
  CHECK(other.value().ignored);
  CHECK(dump_store(f.folder / "outbox.db") == before);
}

TEST_CASE("outbox: a receipt that was filled for a store that knows more is not taken") {
  Fixture f;
  REQUIRE(f.apply({f.chain, 3, 1, {}, {}, {.changes = {f.change(1, 2, claim::Stands::held, 0, "screening")}}}).ok());
  const std::string before = dump_store(f.folder / "outbox.db");
  const auto refused = [&](const MadeReceipt& receipt) {
    const auto applied = f.apply(receipt);
    CHECK(dump_store(f.folder / "outbox.db") == before);
    return !applied.ok() && applied.error().code == ErrorCode::invalid;
  };
  CHECK(refused({f.chain, 6, 1, {}, {}, {.from_head = 4, .from_change = 1}}));
  CHECK(refused({f.chain, 6, 1, {}, {}, {.from_head = 3, .from_change = 2}}));
  // Of a later epoch this store has heard nothing.
  CHECK(refused({f.chain, 6, 2, {}, {}, {.from_head = 1}}));
  CHECK(refused({f.chain, 6, 2, {}, {}, {.from_change = 1}}));
  // An answer for another chain than was asked about leaves out nothing of this one.
  CHECK(f.apply({f.chain, 0, 1, {}, {}, {.from_head = 9, .from_change = 1}}).ok());
  CHECK(f.apply({f.chain, 6, 1, {}, {}, {.from_head = 3, .from_change = 1}}).ok());
  CHECK(f.claim(6).delivery == Delivery::delivered);
}

TEST_CASE("outbox: what was heard is said with each batch, and is nothing in another epoch") {
  Fixture f;
  const claim::ChainId chain = f.chain.head().chain;
  const auto said = [&](const std::optional<claim::ChainId>& of) {
    FixedVector<char, claim::kMaxStoredBytes> text;
    return std::string(claim::to_text(f.reader->stored(of).value(), text));
  };
  CHECK(said(std::nullopt) == "0000000000000000 0 0 0");
  CHECK(said(chain) == "0101010101010101 0 0 0");
  REQUIRE(f.apply({f.chain, 3, 1, {}, {}, {.changes = {f.change(1, 2, claim::Stands::held, 0, "screening")}}}).ok());
  CHECK(said(chain) == "0101010101010101 3 1 1");
  CHECK(said(Bytes<8>{9}) == "0900000000000000 0 1 1");
  // The answer of a new epoch for another chain: of this one nothing is heard in it yet.
  REQUIRE(f.apply({receipt_for({Bytes<8>{9}, 0, {}}, 2), {}}).ok());
  CHECK(said(chain) == "0101010101010101 0 2 0");
}

TEST_CASE("outbox: changes are taken in their order, whatever claims they are of") {
  Fixture f;
  using claim::Stands;
  REQUIRE(f.apply({f.chain, 8, 1, {{2, "duplicate", false}, {3, "clock", true}}, {{4, 850}}}).ok());
  const auto applied =
      f.apply({f.chain,
               8,
               1,
               {},
               {},
               {.changes = {f.change(1, 2, Stands::accepted, 900, "decided-anew"),
                            f.change(2, 3, Stands::accepted, 700, "granted"), f.change(3, 4, Stands::held, 0, "screening"),
                            f.change(4, 5, Stands::refused, 0, "dismissed"), f.change(5, 6, Stands::accepted, 100, "taken-back")},
                .from_head = 8}},
              2000);
  REQUIRE(applied.ok());
  CHECK(applied.value().newly_held == 1);
  CHECK(applied.value().newly_refused == 1);
  CHECK(applied.value().came_further);
  CHECK(f.claim(2).delivery == Delivery::delivered);
  CHECK(f.claim(2).reason == "decided-anew");
  CHECK_FALSE(f.claim(2).granted_mg.has_value());
  CHECK(f.claim(2).changed_at == 2000);
  CHECK(f.claim(3).delivery == Delivery::delivered);
  CHECK(f.claim(3).granted_mg == 700);
  CHECK(f.claim(4).delivery == Delivery::held);
  CHECK(f.claim(4).reason == "screening");
  CHECK(f.claim(4).granted_mg == 0);
  CHECK(f.claim(5).delivery == Delivery::refused_final);
  CHECK(f.claim(6).granted_mg == 100);
  CHECK_FALSE(f.claim(7).changed_at.has_value());
  CHECK(f.due(INT64_MAX).empty());  // what was refused for now was decided meanwhile
  CHECK(f.counts() == "dismissed refused_final 1;screening held 1;");
  CHECK(f.reader->backlog().value().held == 1);

  // A number that is stored is ignored; one that leaves a number out is not taken, nor is what is behind it.
  const auto more =
      f.apply({f.chain,
               8,
               1,
               {},
               {},
               {.changes = {f.change(5, 6, Stands::held, 0, "fork"), f.change(6, 4, Stands::accepted, 900, "released")},
                .from_head = 8,
                .from_change = 4}});
  REQUIRE(more.ok());
  CHECK(f.claim(6).granted_mg == 100);
  CHECK(f.claim(4).delivery == Delivery::delivered);
  const auto left_out = f.apply({f.chain, 8, 1, {}, {}, {.changes = {f.change(8, 6, Stands::held, 0, "fork")}}});
  REQUIRE(left_out.ok());
  CHECK(f.claim(6).granted_mg == 100);
  CHECK_FALSE(left_out.value().came_further);
  // What receipts tell of a claim meanwhile does not hide what a change said.
  REQUIRE(f.apply({f.chain, 8, 1, {}, {{6, 900}}}).ok());
  CHECK(f.claim(6).granted_mg == 100);
}

TEST_CASE("outbox: a change of what is not here any more is passed over, and its number is stored") {
  Fixture f;
  const claim::Change elsewhere{1, Bytes<8>{9}, 5, claim::Stands::held, 0, "fork"};
  REQUIRE(f.apply({f.chain,
                   3,
                   1,
                   {},
                   {},
                   {.changes = {elsewhere, f.change(2, 400, claim::Stands::held, 0, "fork"),
                                f.change(3, 2, claim::Stands::held, 0, "fork")}}})
              .ok());
  CHECK(f.reader->stored(std::nullopt).value().change == 3);
  CHECK(f.counts() == "fork held 1;");
}

TEST_CASE("outbox: a new epoch puts each claim back to what receipts had said of it, and counts changes anew") {
  Fixture f;
  using claim::Stands;
  REQUIRE(f.apply({f.chain, 8, 1, {{2, "duplicate", false}, {3, "clock", true}}, {{4, 850}}}).ok());
  const auto outcomes = [&] { return query_text(f.folder / "outbox.db", "SELECT * FROM outcomes ORDER BY position"); };
  const std::string told = outcomes();
  REQUIRE(
      f.apply({f.chain,
               8,
               1,
               {},
               {},
               {.changes = {f.change(1, 2, Stands::accepted, 900, "decided-anew"), f.change(2, 3, Stands::held, 0, "probation"),
                            f.change(3, 4, Stands::refused, 0, "dismissed"), f.change(4, 7, Stands::held, 0, "screening")}}})
          .ok());
  CHECK(f.reader->stored(std::nullopt).value().change == 4);
  REQUIRE(f.apply({f.chain, 8, 2}).ok());
  CHECK(f.reader->stored(std::nullopt).value().change == 0);
  CHECK(f.claim(2).delivery == Delivery::refused_final);
  CHECK(f.claim(3).delivery == Delivery::refused_retry);
  CHECK(f.claim(3).reason == "clock");
  CHECK(f.claim(4).granted_mg == 850);
  CHECK(f.claim(7).delivery == Delivery::delivered);
  CHECK(f.counts() == "clock refused_retry 1;duplicate refused_final 1;");
  // But for the epoch the store is as it was before the changes.
  CHECK(outcomes() == told);
  REQUIRE(f.apply({f.chain, 8, 2, {}, {}, {.changes = {f.change(1, 3, Stands::held, 0, "probation")}, .from_head = 8}}).ok());
  CHECK(f.claim(3).delivery == Delivery::held);
}

TEST_CASE("outbox: receipts of an earlier chain are taken as well") {
  Fixture f;
  ChainMaker second(2);
  REQUIRE(f.store->writer().begin_chain(second.head().chain, second.start(2, f.chain.head())).ok());
  REQUIRE(f.apply({f.chain, 5, 1, {{2, "clock", true}}}).ok());
  CHECK(f.reader->chain().value()->delivered_seq == 0);
  const auto chains = f.reader->chains().value();
  REQUIRE(chains.size() == 2);
  CHECK(chains[0].state.delivered_seq == 5);
  CHECK(chains[0].state.assignment == 1);
  CHECK(chains[1].state.assignment == 2);
  CHECK(chains[1].before.seq == 10);
  CHECK(chains[1].before.payload_hash == f.chain.head().payload_hash);
  CHECK(f.reader->retryable(INT64_MAX, INT64_MIN, 10).value() == outbox::DueClaims{f.chain.head().chain, {2}});
  CHECK(f.reader->claim(f.chain.head().chain, 2).value()->delivery == Delivery::refused_retry);
  REQUIRE(f.apply({second, 1, 1}).ok());
  CHECK(f.reader->backlog().value().waiting == 5);
}

TEST_CASE("outbox: a new epoch with a lower head sends again from there and forgets what was said beyond") {
  Fixture f;
  REQUIRE(f.apply({f.chain, 8, 1, {{2, "duplicate", false}, {5, "clock", true}, {6, "duplicate", false}}, {{7, 850}}}).ok());
  const auto applied = f.apply({f.chain, 4, 2});
  REQUIRE(applied.ok());
  CHECK(applied.value().rewound);
  CHECK(applied.value().delivered_seq == 4);
  CHECK(f.claim(2).delivery == Delivery::refused_final);
  for (const std::uint64_t seq : {5u, 6u, 7u}) {
    CHECK(f.claim(seq).delivery == Delivery::waiting);
    CHECK_FALSE(f.claim(seq).granted_mg.has_value());
  }
  const outbox::Backlog backlog = f.reader->backlog().value();
  CHECK(backlog.waiting == 6);
  CHECK(backlog.refused_retry == 0);
  CHECK(backlog.refused_final == 1);
  const auto to_zero = f.apply({f.chain, 0, 3});
  REQUIRE(to_zero.ok());
  CHECK(to_zero.value().rewound);
  CHECK(f.reader->backlog().value().waiting == 10);
  const auto onward = f.apply({f.chain, 10, 4});
  REQUIRE(onward.ok());
  CHECK_FALSE(onward.value().rewound);
}

TEST_CASE("outbox: a receipt at odds with the chain takes nothing") {
  Fixture f;
  REQUIRE(f.apply({f.chain, 4, 1}).ok());
  const std::string before = dump_store(f.folder / "outbox.db");
  const auto at_odds = [&](const claim::ReceiptFields& fields) {
    const auto applied = f.apply({fields, {}});
    REQUIRE(applied.ok());
    CHECK(dump_store(f.folder / "outbox.db") == before);
    return applied.value().at_odds;
  };
  claim::ReceiptFields fields = receipt_for({f.chain.head().chain, 0, Digest{1}}, 2);
  for (const std::uint64_t seq : {3u, 4u, 6u, 10u, 11u}) {
    fields.processed_up_to = seq;
    CHECK(at_odds(fields));
  }
  fields.processed_up_to = 2;
  fields.payload_hash = f.chain.hash_at(2);
  fields.head = claim::Place{11, Digest{1}};
  CHECK(at_odds(fields));
  fields.head = claim::Place{7, Digest{1}};
  CHECK(at_odds(fields));
}

}  // namespace greentill::test::receipt_test
