// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include "tests/support/temp_dir.hpp"
#include "tests/unit/outbox/chain_maker.hpp"
#include "tests/unit/outbox/store_dump.hpp"

namespace greentill::test::receipt_test {
namespace {

using outbox::Delivery;

/// A chain of ten claims that wait.
struct Fixture {
  Fixture() : store(open_outbox(folder / "outbox.db")), reader(open_reader(*store)) {
    const outbox::Unit start = chain.start();
    REQUIRE(store->writer().begin_chain(chain.head().chain, start).ok());
    for (std::uint32_t i = 1; i <= 9; ++i) REQUIRE(commit(store->writer(), {chain.sale(i)}).ok());
  }
  Result<outbox::AppliedReceipt> apply(const MadeReceipt& receipt, std::int64_t now = 1000, const outbox::Retried& answers = {}) {
    return store->writer().apply(receipt.get(), {now, answers});
  }
  outbox::StoredClaim claim(std::uint64_t seq) { return reader->claim(seq).value().value(); }

  TempDir folder;
  ChainMaker chain;
  std::unique_ptr<outbox::Outbox> store;
  std::unique_ptr<outbox::Reader> reader;
};

}  // namespace

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
  const auto counts = [&] {
    std::string all;
    const std::vector<outbox::RefusalCount> refusals = f.reader->refusal_counts(10).value();
    for (const outbox::RefusalCount& count : refusals) {
      all += count.reason + (count.final ? " final " : " retry ") + std::to_string(count.claims) + ';';
    }
    return all;
  };
  CHECK(since() == f.claim(2).recorded_at);  // the chain's start, which claims nothing, waits for nobody
  CHECK(counts().empty());
  REQUIRE(f.apply({f.chain, 5, 1, {{2, "duplicate", false}, {3, "clock", true}, {4, "clock", true}}}).ok());
  CHECK(since() == f.claim(3).recorded_at);
  CHECK(counts() == "clock retry 2;duplicate final 1;");
  CHECK(f.reader->refusal_counts(1).value().size() == 1);
  // One for now becomes one for good, and another is granted.
  REQUIRE(f.apply({f.chain, 8, 1, {{3, "clock", false}}, {{4, 850}}}).ok());
  CHECK(counts() == "clock final 1;duplicate final 1;");
  CHECK(since() == f.claim(9).recorded_at);
  // A ledger that went back forgets them.
  REQUIRE(f.apply({f.chain, 2, 2}).ok());
  CHECK(counts() == "duplicate final 1;");
  CHECK(since() == f.claim(3).recorded_at);
  REQUIRE(f.apply({f.chain, 10, 2, {}, {{2, 850}}}).ok());
  CHECK(counts().empty());
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

TEST_CASE("outbox: receipts of another chain or an older epoch are ignored whole") {
  Fixture f;
  REQUIRE(f.apply({f.chain, 3, 5}).ok());
  const std::string before = dump_store(f.folder / "outbox.db");
  const auto older = f.apply({f.chain, 6, 4, {{2, "duplicate", false}}});
  REQUIRE(older.ok());
  CHECK(older.value().ignored);
  const auto other = f.apply({{"till-1", Bytes<8>{9}, 6, {}, 0, 6}, {{2, "duplicate", false}}, {}});
  REQUIRE(other.ok());
  CHECK(other.value().ignored);
  CHECK(dump_store(f.folder / "outbox.db") == before);
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

TEST_CASE("outbox: a claim refused for now is due again later, until it is granted or refused for ever") {
  Fixture f;
  REQUIRE(f.apply({f.chain, 10, 1, {{3, "clock", true}, {5, "clock", true}, {7, "clock", true}}}, 1000).ok());
  CHECK(f.reader->retryable(999, INT64_MAX, 10).value().empty());
  CHECK(f.reader->retryable(1000, INT64_MAX, 10).value() == std::vector<std::uint64_t>{3, 5, 7});
  CHECK(f.reader->retryable(1000, INT64_MAX, 2).value().size() == 2);

  // Repeated with a later batch's answer: it was not tried meanwhile.
  REQUIRE(f.apply({f.chain, 10, 1, {{3, "clock", true}}}, 2000).ok());
  CHECK(f.reader->retryable(1000, INT64_MAX, 10).value() == std::vector<std::uint64_t>{3, 5, 7});
  // The answer to a retry names others as well, which were not tried.
  const auto again = f.apply({f.chain, 10, 1, {{3, "clock", true}, {5, "clock", true}, {7, "clock", true}}}, 2000, {3, 4});
  REQUIRE(again.ok());
  CHECK(again.value().newly_refused == 0);
  CHECK_FALSE(again.value().ignored);
  CHECK(f.reader->retryable(1999, INT64_MAX, 10).value() == std::vector<std::uint64_t>{5, 7});

  REQUIRE(f.apply({f.chain, 10, 1, {{5, "duplicate", false}}, {{7, 900}}}, 2000).ok());
  CHECK(f.claim(5).delivery == Delivery::refused_final);
  CHECK(f.claim(5).reason == "duplicate");
  CHECK(f.claim(7).delivery == Delivery::delivered);
  CHECK(f.reader->retryable(INT64_MAX, INT64_MAX, 10).value() == std::vector<std::uint64_t>{3});
  CHECK(f.reader->backlog().value().refused_retry == 1);
  CHECK(f.reader->backlog().value().refused_final == 1);
}

TEST_CASE("outbox: those tried longest ago are due first when not all fit") {
  Fixture f;
  REQUIRE(f.apply({f.chain, 10, 1, {{3, "clock", true}, {4, "clock", true}}}, 3000).ok());
  REQUIRE(f.apply({f.chain, 10, 1, {{8, "clock", true}, {9, "clock", true}}}, 2000).ok());
  CHECK(f.reader->retryable(5000, INT64_MAX, 2).value() == std::vector<std::uint64_t>{8, 9});
}

TEST_CASE("outbox: a claim tried under a clock that ran ahead is due at once") {
  Fixture f;
  REQUIRE(f.apply({f.chain, 10, 1, {{3, "clock", true}}}, 4'000'000'000).ok());
  REQUIRE(f.apply({f.chain, 10, 1, {{5, "clock", true}, {6, "clock", true}}}, 2000).ok());
  CHECK(f.reader->retryable(1999, 2001, 10).value() == std::vector<std::uint64_t>{3});
  CHECK(f.reader->retryable(2000, 2001, 10).value() == std::vector<std::uint64_t>{3, 5, 6});
  CHECK(f.reader->retryable(2000, 2001, 2).value() == std::vector<std::uint64_t>{5, 6});
  CHECK(f.reader->retryable(1999, 4'000'000'000, 10).value().empty());
}

TEST_CASE("outbox: a receipt at odds with the chain is an error and takes nothing") {
  Fixture f;
  REQUIRE(f.apply({f.chain, 4, 1}).ok());
  const std::string before = dump_store(f.folder / "outbox.db");
  const auto code = [&](const MadeReceipt& receipt) {
    const auto applied = f.apply(receipt);
    REQUIRE_FALSE(applied.ok());
    CHECK(dump_store(f.folder / "outbox.db") == before);
    return applied.error().code;
  };
  const claim::ChainId chain = f.chain.head().chain;
  CHECK(code({{"till-1", chain, 11, {}, 0, 1}, {}, {}}) == ErrorCode::conflict);
  for (const std::uint64_t seq : {3u, 4u, 6u, 10u}) {
    CHECK(code({{"till-1", chain, seq, Digest{1}, 0, 2}, {}, {}}) == ErrorCode::conflict);
  }
  CHECK(code({f.chain, 6, 1, {{7, "duplicate", false}}}) == ErrorCode::invalid);
  CHECK(code({f.chain, 6, 1, {}, {{7, 1}}}) == ErrorCode::invalid);
}

}  // namespace greentill::test::receipt_test
