// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/outbox/ten_claims.hpp"

namespace greentill::test::receipt_test {
namespace {

constexpr std::int64_t kNow = 1000;

struct Kept : Fixture {
  /// As it came with that message; the store does not look into it.
  Result<outbox::AppliedReceipt> take(const MadeReceipt& receipt, std::string_view message, std::int64_t now = kNow) {
    return store->writer().apply(receipt.get(), {now, {}, 100, as_bytes(message)});
  }
  std::string kept(std::uint64_t after = 0, std::size_t limit = 100) {
    std::string all;
    REQUIRE(reader
                ->for_each_receipt(after, limit,
                                   [&](std::uint64_t, ByteView message) {
                                     all += as_text(message);
                                     all += ' ';
                                   })
                .ok());
    return all;
  }
  std::size_t prune(std::int64_t before) { return store->writer().prune({before, before}, 1000).value(); }
};

}  // namespace

TEST_CASE("outbox: a receipt that tells something is kept as it was signed, once, in the order in which they came") {
  Kept f;
  REQUIRE(f.take({f.chain, 3, 1}, "first").ok());
  REQUIRE(f.take({f.chain, 3, 1}, "says-nothing-new").ok());
  REQUIRE(f.take({f.chain, 5, 1, {{4, "duplicate", false}}}, "refuses").ok());
  REQUIRE(f.take({f.chain, 5, 1, {{4, "duplicate", false}}}, "refuses").ok());  // as the broker may bring it twice
  REQUIRE(f.take({f.chain, 5, 1, {}, {}, {.changes = {f.change(1, 2, claim::Stands::held, 0, "screening")}}}, "holds").ok());
  REQUIRE(f.take({f.chain, 0, 0}, "older-epoch").ok());
  CHECK(f.take({f.chain, 9, 1, {}, {}, {.from_head = 8}}, "for-another-store").ok() == false);
  REQUIRE(f.take({f.chain, 5, 2}, "new-epoch").ok());
  REQUIRE(f.apply({f.chain, 6, 2}).ok());  // without its message there is nothing to keep
  CHECK(f.kept() == "first refuses holds new-epoch ");
  CHECK(f.kept(0, 2) == "first refuses ");
  CHECK(f.kept(2) == "holds new-epoch ");
  f.reader.reset();
  f.store.reset();
  f.store = open_outbox(f.folder / "outbox.db");
  f.reader = open_reader(*f.store);
  CHECK(f.kept() == "first refuses holds new-epoch ");
}

TEST_CASE("outbox: a receipt of a place that is not ours is not kept") {
  Kept f;
  const claim::ChainHead other{f.chain.head().chain, 3, Digest{9}};
  const auto at_odds = f.take({receipt_for(other, 1), {}}, "at-odds");
  REQUIRE(at_odds.ok());
  CHECK(at_odds->at_odds);
  CHECK(f.kept().empty());
}

TEST_CASE("outbox: receipts go once they are old, but for those of claims that are held or refused") {
  Kept f;
  REQUIRE(f.take({f.chain, 3, 1}, "plain").ok());
  REQUIRE(f.take({f.chain, 5, 1, {{4, "clock", true}}}, "refuses").ok());
  REQUIRE(f.take({f.chain, 7, 1, {}, {{6, 850}}}, "grants-less").ok());
  REQUIRE(f.take({f.chain, 7, 1, {}, {}, {.changes = {f.change(1, 7, claim::Stands::held, 0, "screening")}}}, "holds").ok());
  REQUIRE(f.take({f.chain, 8, 1}, "young", kNow + 10).ok());
  f.prune(kNow);
  CHECK(f.kept() == "plain refuses grants-less holds young ");
  f.prune(kNow + 1);
  CHECK(f.kept() == "refuses holds young ");
  REQUIRE(f.take({f.chain, 9, 1, {}, {{4, 900}}, {.changes = {f.change(2, 7, claim::Stands::accepted, 900, "released")}}},
                 "lets-go", kNow + 10)
              .ok());
  f.prune(kNow + 1);
  CHECK(f.kept() == "young lets-go ");
  f.prune(kNow + 11);
  CHECK(f.kept().empty());
}

}  // namespace greentill::test::receipt_test
