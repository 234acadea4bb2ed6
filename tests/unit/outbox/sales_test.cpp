// SPDX-License-Identifier: Apache-2.0
// Which sale stands beside a claim, a transaction without one, and a guarded act.
#include <doctest/doctest.h>

#include "tests/support/temp_dir.hpp"
#include "tests/unit/outbox/chain_maker.hpp"

namespace greentill::sales_test {
namespace {

using test::ChainMaker;
using test::commit;

struct SaleStore {
  SaleStore() {
    store = test::open_outbox(folder.path() / "outbox.db");
    const outbox::Unit start = chain.start();
    REQUIRE(store->writer().begin_chain(chain.head().chain, start).ok());
    reader = test::open_reader(*store);
  }
  outbox::Unit sold(std::uint32_t number, std::size_t claims, const std::string& till, const std::string& receipt) {
    outbox::Unit unit = chain.sale(number, claims);
    unit.sale = outbox::Sale{till, receipt, 1000 + number};
    return unit;
  }
  std::vector<outbox::FoundSale> find(const std::string& receipt, const std::string& till = "") {
    auto found = reader->sales({receipt, till}, 10);
    REQUIRE(found.ok());
    return *found;
  }

  test::TempDir folder;
  ChainMaker chain;
  std::unique_ptr<outbox::Outbox> store;
  std::unique_ptr<outbox::Reader> reader;
};

}  // namespace

TEST_CASE("sales: each claim says which sale it belongs to, and a chain's start none") {
  SaleStore f;
  REQUIRE(commit(f.store->writer(), {f.sold(1, 2, "till-9", "1702")}).ok());
  CHECK_FALSE(f.reader->claim(1).value()->sale.has_value());
  for (const std::uint64_t seq : {2, 3}) {
    const auto sale = f.reader->claim(seq).value()->sale;
    REQUIRE(sale.has_value());
    CHECK(sale->till == "till-9");
    CHECK(sale->receipt_number == "1702");
    CHECK(sale->begin == 1001);
  }
}

TEST_CASE("sales: are found by what is printed, with or without claims, and told apart by their till") {
  SaleStore f;
  REQUIRE(
      commit(f.store->writer(), {f.sold(1, 2, "till-9", "1702"), f.sold(2, 0, "till-8", "1702"), f.sold(3, 1, "till-9", "17")})
          .ok());
  CHECK(f.find("9999").empty());
  CHECK(f.find("1702").size() == 2);
  const auto claimed = f.find("1702", "till-9");
  REQUIRE(claimed.size() == 1);
  CHECK(claimed[0].key == ChainMaker::key(1));
  REQUIRE(claimed[0].made.has_value());
  CHECK(claimed[0].made->first_seq == 2);
  CHECK(claimed[0].made->count == 2);
  CHECK(claimed[0].made->chain == f.chain.head().chain);
  const auto claimless = f.find("1702", "till-8");
  REQUIRE(claimless.size() == 1);
  REQUIRE(claimless[0].made.has_value());
  CHECK(claimless[0].made->count == 0);
  for (const outbox::SaleQuery& first : {outbox::SaleQuery{"1702", "", 1001, 1002}, outbox::SaleQuery{"1702", "", 0, 1002}}) {
    const auto of_then = f.reader->sales(first, 10);
    REQUIRE((of_then.ok() && of_then->size() == 1));
    CHECK(of_then->front().key == ChainMaker::key(1));
  }
  CHECK(f.reader->sales({.receipt_number = "1702", .since = 1002}, 10).value().at(0).key == ChainMaker::key(2));
  CHECK(f.reader->sales({.receipt_number = "1702", .since = 1003}, 10).value().empty());
  CHECK(f.reader->sale(ChainMaker::key(3)).value()->sale.receipt_number == "17");
  CHECK_FALSE(f.reader->sale(ChainMaker::key(4)).value().has_value());
}

TEST_CASE("sales: one of which nothing is known but a guarded act is found as well, with the reason") {
  SaleStore f;
  outbox::Unit doubted = f.sold(5, 0, "till-9", "44");
  doubted.key.reset();
  doubted.side.guarded.push_back({ChainMaker::key(5), 0, 0, 1005, "ride.bus", "m.track=9", "too fast", 2});
  REQUIRE(commit(f.store->writer(), {doubted}).ok());
  const auto found = f.find("44");
  REQUIRE(found.size() == 1);
  CHECK_FALSE(found[0].made.has_value());
  CHECK(f.reader->guarded_of(ChainMaker::key(5)).value().at(0).reason == "too fast");
  std::vector<outbox::GuardedAct> acts;
  const auto visit = [&](const outbox::GuardedAct& act) { acts.push_back(act); };
  REQUIRE(f.reader->for_each_guarded({.since = 1005, .until = 1006, .activity = "ride.bus"}, 10, visit).ok());
  REQUIRE(acts.size() == 1);
  CHECK(acts[0].sale->till == "till-9");
  REQUIRE(f.reader->for_each_guarded({.since = 1006}, 10, visit).ok());
  REQUIRE(f.reader->for_each_guarded({.until = 1005}, 10, visit).ok());
  REQUIRE(f.reader->for_each_guarded({.activity = "ride.metro"}, 10, visit).ok());
  CHECK(acts.size() == 1);
}

TEST_CASE("sales: nothing of a sale outlives its claims") {
  SaleStore f;
  REQUIRE(
      commit(f.store->writer(), {f.sold(1, 1, "till-9", "1702"), f.sold(2, 0, "till-9", "1703"), f.sold(3, 1, "till-9", "1704")})
          .ok());
  const test::MadeReceipt receipt(f.chain, 3, 1);
  REQUIRE(f.store->writer().apply(receipt.get(), {1}).ok());
  constexpr std::int64_t kFuture = 1'000'000'000'000;
  REQUIRE(f.store->writer().prune({kFuture, kFuture}, 100).ok());
  CHECK(f.find("1702").empty());
  CHECK(f.find("1703").empty());
  CHECK(f.find("1704").size() == 1);  // the delivered head, which stays
}

TEST_CASE("sales: a chain's start is counted among the messages, and not among the claims") {
  SaleStore f;
  REQUIRE(commit(f.store->writer(), {f.sold(1, 2, "till-9", "1")}).ok());
  outbox::Backlog backlog = f.reader->backlog().value();
  CHECK(backlog.claims == 3);
  CHECK(backlog.for_people().claims == 2);
  CHECK(backlog.for_people().waiting == 2);
  const test::MadeReceipt receipt(f.chain, 2, 1);
  REQUIRE(f.store->writer().apply(receipt.get(), {1}).ok());
  backlog = f.reader->backlog().value();
  CHECK(backlog.for_people().claims == 2);
  CHECK(backlog.for_people().waiting == 1);
}

}  // namespace greentill::sales_test
