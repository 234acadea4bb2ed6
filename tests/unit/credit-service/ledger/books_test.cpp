// SPDX-License-Identifier: Apache-2.0
// What the books say of rows that are there.
#include <doctest/doctest.h>

#include "tests/unit/credit-service/written_books.hpp"
#include "tools/credit-service/ledger/held.hpp"
#include "tools/credit-service/ledger/statement.hpp"

namespace greentill::credit::books_test {
namespace {

using greentill::test::WrittenBooks;

template <typename T>
T got(Result<T> result) {
  REQUIRE_MESSAGE(result, (result ? "" : result.error().message));
  return std::move(*result);
}

Calendar calendar() { return got(Calendar::of_zone("Europe/Helsinki")); }

TEST_CASE("the report sums accounts, and counts what is refused, held by each reason and once, and chains by state") {
  const WrittenBooks written;
  written.spoil(
      "INSERT INTO claims SELECT id + 1, payload, 1, 0, 0, arrived, since, since, NULL, customer, programme, 0, 0 FROM "
      "claims WHERE id & 1023 = 6");
  const Report report = got(written.books()->report());
  CHECK(report.accounts ==
        std::map<std::string, std::int64_t>{{"customer", 910}, {"issuance", -1300}, {"merchant", 260}, {"operator", 130}});
  CHECK(report.refused == std::map<std::string, std::uint64_t>{{"duplicate", 1}});
  CHECK(report.claims == 7);
  CHECK(report.granted_mg == 1300);
  CHECK(report.chains == std::map<std::string, std::uint64_t>{{"open", 1}});
  REQUIRE(report.held.size() == 2);
  for (const char* reason : {"screening", "ceiling-device"}) {
    CHECK(report.held.at(reason).claims == 1);
    CHECK(report.held.at(reason).asked_mg == 700);
  }
  CHECK(report.held_in_all.claims == 1);
  CHECK(report.held_in_all.oldest == WrittenBooks::kArrived);
}

TEST_CASE("a device is shown with the state of its chains, and where it stands still") {
  const WrittenBooks written;
  written.spoil(
      "UPDATE chains SET state = 3, reason = 29, held_from = 4, closed_at = 3, state_since = 77; INSERT INTO standstills "
      "VALUES('dock-7', x'0101010101010101', 7, 4, zeroblob(32), 88)");
  const auto devices = got(written.books()->devices("dock-7"));
  REQUIRE(devices.size() == 1);
  const DeviceState& dock = devices.front();
  CHECK(dock.accepted == 6);
  CHECK(dock.refused == 0);
  CHECK(dock.held == 1);
  REQUIRE(dock.chains.size() == 1);
  CHECK(dock.chains[0].head == 6);
  CHECK(dock.chains[0].state == ChainStanding::held);
  CHECK(dock.chains[0].reason == Reason::fork);
  CHECK(dock.chains[0].held_from == 4);
  CHECK(dock.chains[0].closed_at == 3);
  CHECK(dock.chains[0].since == 77);
  REQUIRE(dock.standstill);
  CHECK(dock.standstill->seq == 7);
  CHECK(dock.standstill->since == 88);
  CHECK(got(written.books()->devices("dock-8")).empty());
}

TEST_CASE("what is held is found by device, merchant, reason and day of arrival") {
  const WrittenBooks written;
  const auto books = written.books();
  const auto count = [&books](const HeldFilter& filter) {
    std::size_t found = 0;
    WrittenBooks::ok(books->held(filter, [&](const HeldClaim& claim) -> Status {
      CHECK(claim.seq == 3);
      CHECK(claim.device == "dock-7");
      CHECK(claim.merchant == "cafe");
      CHECK(claim.activity == WrittenBooks::kRide);
      CHECK(claim.asked_mg == 700);
      CHECK(claim.ended_at == WrittenBooks::kEnd);
      CHECK_FALSE(claim.is_reversal);
      ++found;
      return Done{};
    }));
    return found;
  };
  CHECK(count({}) == 1);
  CHECK(count({"dock-7", "cafe", Reason::screening, Period{WrittenBooks::kArrived, WrittenBooks::kArrived + 1}}) == 1);
  CHECK(count({"dock-8", "", {}, {}}) == 0);
  CHECK(count({"", "shop", {}, {}}) == 0);
  CHECK(count({"", "", Reason::probation, {}}) == 0);
  CHECK(count({"", "", {}, Period{WrittenBooks::kArrived + 1, WrittenBooks::kArrived + 2}}) == 0);
  const auto groups = got(group_held(*books, {}, calendar()));
  REQUIRE(groups.size() == 2);
  CHECK(groups[0].reason == Reason::ceiling_device);
  CHECK(groups[1].reason == Reason::screening);
  CHECK(groups[1].day == WrittenBooks::kDay);
  CHECK(groups[1].merchants == std::vector<std::string>{"cafe"});
  CHECK(groups[1].sum.claims == 1);
  CHECK(groups[1].sum.asked_mg == 700);
  CHECK(got(group_held(*books, {"", "", Reason::screening, {}}, calendar())).size() == 1);
  CHECK(got(books->screened("dock-7")).front().words == "dock-7 claimed 41,200 g");
  CHECK(got(books->screened("dock-8")).empty());
}

TEST_CASE("a claim is shown by its id, whether it is held or not") {
  const WrittenBooks written;
  const auto books = written.books();
  const auto held = got(books->claim(written.id(3)));
  REQUIRE(held);
  CHECK(held->decision.holds.has(Reason::screening));
  const auto reversal = got(books->claim(written.id(5)));
  REQUIRE(reversal);
  CHECK(reversal->is_reversal);
  CHECK(reversal->decision.holds.empty());
  CHECK(reversal->id == written.id(5));
  CHECK_FALSE(got(books->claim(written.id(9))));
}

TEST_CASE("acts come with all that is kept with them") {
  const WrittenBooks written;
  std::vector<std::int64_t> holders;
  WrittenBooks::ok(written.books()->acts([&](const KeptAct& act) -> Status {
    REQUIRE(act.holder);
    CHECK(act.holder->id == act.act.holder);
    CHECK(act.holder->device == "dock-7");
    CHECK_FALSE(act.holder->stored.payload.empty());
    holders.push_back(act.act.holder);
    CHECK(act.claims.empty());
    CHECK(act.reversals.size() == (act.act.closed_by == 0 ? 0 : 1));
    if (!act.reversals.empty()) CHECK(act.reversals[0].second.id == written.id(5));
    return Done{};
  }));
  CHECK(holders == std::vector<std::int64_t>{written.id(2), written.id(3), written.id(4), written.id(6)});
}

TEST_CASE("a statement sums the bookings of its days, and leaves out what made up for a shortfall") {
  const WrittenBooks written;
  WrittenBooks::ok(
      written.store->book({written.id(6), BookingKind::shortfall, WrittenBooks::kSpendable, 0, {{1, 50}, {2, -50}}}));
  const auto books = written.books();
  const auto of = [&books](std::int64_t begin, std::int64_t end) {
    return total_of(got(make_statement(*books, {{begin, end}, "", "", {StatementBy::merchant}}, calendar())));
  };
  const std::int64_t later = WrittenBooks::kSpendable;
  const StatementSums first = of(0, later);
  CHECK(first.claims == 3);
  CHECK(first.granted == 2100);
  CHECK(first.reversals == 1);
  CHECK(first.taken_back == 600);
  CHECK(first.shares.customer == 1050);
  const StatementSums second = of(later, later + 1);
  CHECK(second.claims == 0);
  CHECK(second.granted == 0);
  CHECK(second.taken_back == 200);
  CHECK(second.shares.customer == -140);
  CHECK(second.shares.merchant == -40);
  CHECK(second.shares.operator_share == -20);
  // Granted nothing, and accepted: it counts once.
  written.spoil("UPDATE claims SET holds = 0 WHERE id & 1023 = 3");
  CHECK(of(0, later).claims == 4);
}

}  // namespace
}  // namespace greentill::credit::books_test
