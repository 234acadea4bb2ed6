// SPDX-License-Identifier: Apache-2.0
// A refund of a sale that the daemon found by its receipt's number, without the names that the till gave it.
#include "daemon/event/transaction_key.hpp"
#include "tests/support/in_zone.hpp"
#include "tests/unit/engine/fixture.hpp"

namespace greentill::sale_refund_test {
namespace {

using test::Device;
using test::tickets;

event::Transaction refund_of(const outbox::TransactionKey& key, std::initializer_list<std::int64_t> pieces,
                             const std::string& event) {
  event::Transaction back = pieces.size() == 0 ? event::Transaction{} : tickets("", pieces);
  back.issuer = "refunds";
  back.event_id = event;
  back.begin = back.end = 1'760'000'600;
  back.reversed.key = key;
  return back;
}

}  // namespace

TEST_CASE("refund by sale: takes back all of it, or what its lines say, and never more than is left") {
  const test::TempDir folder;
  Device device(folder.path());
  event::Transaction sold = tickets("7", {2, 3});
  sold.till = "Till 3";
  sold.receipt_number = "1702";
  const auto sale = device.submit(sold).get();
  REQUIRE(sale.ok());
  REQUIRE(sale->claims.size() == 2);
  const auto found = device.reader().sales({"1702", "Till 3"}, 10);
  REQUIRE((found.ok() && found->size() == 1));
  const outbox::TransactionKey key = found->front().key;
  CHECK(key == event::transaction_key(sold.issuer, sold.event_id));

  const auto part = device.submit(refund_of(key, {1}, "a")).get();
  REQUIRE(part.ok());
  REQUIRE(part->reversals.size() == 1);
  CHECK(part->reversals[0].of_seq == sale->claims[0].seq);
  CHECK(part->reversals[0].taken_back.front().value == 1);
  event::Transaction again = refund_of(key, {1}, "a");
  again.begin = again.end = again.begin + 60;
  const auto repeated = device.submit(again).get();
  CHECK(repeated->repeated);
  CHECK(repeated->remark.empty());

  const auto rest = device.submit(refund_of(key, {}, "b")).get();
  REQUIRE(rest.ok());
  CHECK(rest->reversals.size() == 2);
  const auto none = device.submit(refund_of(key, {}, "c")).get();
  REQUIRE(none.ok());
  CHECK(none->reversals.empty());
  CHECK(none->remark == "there is no claim for it, or nothing is left of it");
}

TEST_CASE("refund by sale: of a sale that is not known nothing is taken back, and nothing waits for it") {
  const test::TempDir folder;
  Device device(folder.path());
  const auto answer = device.submit(refund_of({1, 2, 3}, {1}, "a")).get();
  REQUIRE(answer.ok());
  CHECK(answer->reversals.empty());
  CHECK(answer->remark == "the sale it takes back is not known any more");
  CHECK_FALSE(device.reader().awaits_any().value());
}

TEST_CASE("refund by sale: of a guarded sale it waits until that is reported again and claimed") {
  const test::TempDir folder;
  Device device(folder.path());
  event::Transaction sold = tickets("7", {2});
  sold.begin = sold.end = SystemClock().unix_seconds() + 2 * 86'400;  // the register's clock was wrong
  REQUIRE(device.submit(sold).get().ok());
  const outbox::TransactionKey key = event::transaction_key(sold.issuer, sold.event_id);
  REQUIRE(device.reader().sale(key).value());
  REQUIRE(device.submit(refund_of(key, {}, "a")).get().ok());
  CHECK(device.reader().awaits_any().value());
  sold.begin = sold.end = SystemClock().unix_seconds() - 600;
  const auto claimed = device.submit(sold).get();
  REQUIRE(claimed.ok());
  CHECK(claimed->claims.empty());
}

TEST_CASE("totals: a day is the shop's") {
  const test::InZone kiritimati("Pacific/Kiritimati");  // 14 hours ahead: at least half of the time another day than UTC's
  const test::TempDir folder;
  Device device(folder.path());
  const std::int64_t before = device.clock().unix_seconds();
  REQUIRE(device.submit(tickets("7", {1})).get().ok());
  const std::int64_t after = device.clock().unix_seconds();
  const auto totals = device.reader().totals(0);
  REQUIRE(totals.ok());
  for (const auto& total : *totals) {
    CHECK(total.day >= (before + 14 * 3600) / 86'400);
    CHECK(total.day <= (after + 14 * 3600) / 86'400);
  }
}

}  // namespace greentill::sale_refund_test
