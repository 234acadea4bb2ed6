// SPDX-License-Identifier: Apache-2.0
// Refunds, cancelled trips and undo, through the engine into a real store. What a claim's amount becomes after them is the
// service's arithmetic, which tests/unit/credit-service holds.
#include <set>
#include <variant>

#include "tests/unit/engine/fixture.hpp"

namespace greentill::engine {
namespace {

using test::Device;
using test::ride;
using test::taking_back;
using test::tickets;

struct Reversed {
  test::NullifierList nullifiers;
  std::optional<claim::ClaimId> claim;
  claim::ReversalReason reason = claim::ReversalReason::refund;
  std::string taken_back;
  claim::ClaimId id{};
};

/// The entry at a seq: a reversal, or a reduction's nullifiers and id in the same form.
Reversed entry_at(Device& device, std::uint64_t seq) {
  const test::ClaimAt at(device.reader(), seq);
  if (const auto* reduction = std::get_if<claim::Reduction>(&at.claim.entry)) {
    return {test::list_of(reduction->nullifiers), at.claim.id, claim::ReversalReason::refund, "claimed", at.claim.id};
  }
  const auto& reversal = at.as<claim::Reversal>();
  Reversed made{test::list_of(reversal.nullifiers), reversal.claim, reversal.reason, "", at.claim.id};
  for (const auto& quantity : reversal.taken_back) {
    made.taken_back += std::string(quantity.unit) + "=" + std::to_string(quantity.value) + " ";
  }
  return made;
}

event::TransactionAnswer answer_of(Device& device, const event::Transaction& transaction) {
  auto answer = device.submit(transaction).get();
  REQUIRE(answer.ok());
  return *answer;
}

std::int64_t credited(Device& device, const std::string& activity) {
  std::int64_t sum = 0;
  const auto totals = device.reader().totals(0);
  REQUIRE(totals.ok());
  for (const auto& total : *totals) {
    if (total.activity == activity) sum += total.credited_mg;
  }
  return sum;
}

std::vector<outbox::GuardedAct> guarded(Device& device) {
  std::vector<outbox::GuardedAct> all;
  REQUIRE(device.reader().for_each_guarded({}, 100, [&](const auto& act) { all.push_back(act); }).ok());
  return all;
}

event::Transaction cancelled(const std::string& event, const std::string& reversed) {
  event::Transaction trip = taking_back(ride(event), event, reversed);
  trip.reversed.reason = event::ReversalReason::cancelled;
  trip.quantities.clear();
  trip.mode.clear();
  return trip;
}

}  // namespace

TEST_CASE("reversal: a cancelled ride takes its claim back, once, and the totals lose it") {
  const test::TempDir folder;
  Device device(folder.path());
  const auto first = answer_of(device, ride("1"));
  REQUIRE(first.claims.size() == 1);
  CHECK(credited(device, "ride.bike.shared") == first.claims[0].credited_mg);

  const auto taken = answer_of(device, cancelled("1/cancelled", "1"));
  REQUIRE(taken.reversals.size() == 1);
  CHECK(taken.reversals[0].of_seq == first.claims[0].seq);
  CHECK(taken.reversals[0].activity == "ride.bike.shared");
  CHECK(taken.remark.empty());
  const Reversed made = entry_at(device, taken.reversals[0].seq);
  CHECK(made.nullifiers == entry_at(device, first.claims[0].seq).nullifiers);
  CHECK(made.claim == first.claims[0].id);
  CHECK(made.reason == claim::ReversalReason::cancelled);
  CHECK(made.taken_back.empty());
  CHECK(credited(device, "ride.bike.shared") == 0);

  const auto again = answer_of(device, cancelled("1/cancelled", "1"));
  CHECK(again.repeated);
  REQUIRE(again.reversals.size() == 1);
  CHECK(again.reversals[0].seq == taken.reversals[0].seq);
  CHECK(again.reversals[0].activity == "ride.bike.shared");
  CHECK(again.reversals[0].of_seq == first.claims[0].seq);

  const auto twice = answer_of(device, cancelled("1/cancelled-again", "1"));
  CHECK(twice.reversals.empty());
  CHECK(twice.remark == "there is no claim for it, or nothing is left of it");
  CHECK(answer_of(device, ride("1")).repeated);
  CHECK(test::check_chain(device.reader()) == 3);
}

TEST_CASE("reversal: a part that comes back has the same claim id at every till, in whatever order") {
  const test::TempDir folder;
  struct Till {
    explicit Till(const std::filesystem::path& path) : device((std::filesystem::create_directories(path), path)) {}
    void sell() { REQUIRE(answer_of(device, tickets("7", {2, 3})).claims.size() == 2); }
    /// One of line 2, and of no named line three more.
    void take_back(const std::string& event) {
      event::Transaction back = taking_back(tickets("", {-1, -3}), event, "7");
      back.lines[0].reversed_line = 2;
      (void)answer_of(device, back);
    }
    std::set<std::pair<test::NullifierList, claim::ClaimId>> parts() {
      std::set<std::pair<test::NullifierList, claim::ClaimId>> all;
      for (std::uint64_t seq = 2; seq <= device.reader().chain().value()->head.seq; ++seq) {
        const Reversed entry = entry_at(device, seq);
        if (!entry.taken_back.empty() && entry.taken_back != "claimed") all.emplace(entry.nullifiers, entry.id);
      }
      return all;
    }
    Device device;
  };
  Till first(folder / "first"), second(folder / "second"), late(folder / "late"), other(folder / "other");
  first.sell();
  first.take_back("7/return");
  const auto parts = first.parts();
  CHECK(parts.size() == 2);  // of the line that is named, and of the same claim by its activity

  second.sell();
  second.take_back("7/return");
  CHECK(second.parts() == parts);
  late.take_back("7/return");
  late.sell();
  CHECK(late.parts() == parts);
  other.sell();
  other.take_back("7/another");
  for (const auto& part : other.parts()) CHECK_FALSE(parts.contains(part));
}

TEST_CASE("reversal: a partial return takes its part, of the line that is named or of the earliest that has any left") {
  const test::TempDir folder;
  Device device(folder.path());
  const auto sale = answer_of(device, tickets("7", {2, 3}));
  REQUIRE(sale.claims.size() == 2);
  const std::int64_t all = credited(device, "ticket.paperless");
  const Reversed first_line = entry_at(device, sale.claims[0].seq);
  const Reversed second_line = entry_at(device, sale.claims[1].seq);

  event::Transaction named = taking_back(tickets("", {-1}), "7/return/1", "7");
  named.lines[0].reversed_line = 2;
  const auto one = answer_of(device, named);
  REQUIRE(one.reversals.size() == 1);
  CHECK(entry_at(device, one.reversals[0].seq).nullifiers == second_line.nullifiers);
  CHECK(entry_at(device, one.reversals[0].seq).taken_back == "pieces=1 ");
  CHECK(credited(device, "ticket.paperless") < all);
  CHECK(credited(device, "ticket.paperless") > 0);

  // Three more of no named line: both of the first, wholly, and one of the second.
  const auto three = answer_of(device, taking_back(tickets("", {3}), "7/return/2", "7"));
  REQUIRE(three.reversals.size() == 2);
  CHECK(entry_at(device, three.reversals[0].seq).nullifiers == first_line.nullifiers);
  CHECK(entry_at(device, three.reversals[0].seq).taken_back.empty());
  CHECK(entry_at(device, three.reversals[1].seq).nullifiers == second_line.nullifiers);
  CHECK(entry_at(device, three.reversals[1].seq).taken_back == "pieces=1 ");

  // One is left; what comes back beyond it was never claimed.
  const auto rest = answer_of(device, taking_back(tickets("", {5}), "7/return/3", "7"));
  REQUIRE(rest.reversals.size() == 1);
  CHECK(entry_at(device, rest.reversals[0].seq).taken_back == "pieces=1 ");
  CHECK(credited(device, "ticket.paperless") == 0);
  CHECK(answer_of(device, taking_back(tickets("", {1}), "7/return/4", "7")).remark ==
        "there is no claim for it, or nothing is left of it");
  CHECK(test::check_chain(device.reader()) == 7);
}

TEST_CASE("reversal: before its transaction, with the line known, it goes out at once by the nullifier") {
  const test::TempDir folder;
  Device device(folder.path());
  event::Transaction early = taking_back(tickets("", {1}), "9/return", "9");
  early.lines[0].reversed_line = 1;
  const auto reversal = answer_of(device, early);
  REQUIRE(reversal.reversals.size() == 1);
  CHECK(reversal.reversals[0].of_seq == 0);
  CHECK(reversal.remark.empty());
  const auto sale = answer_of(device, tickets("9", {2}));
  REQUIRE(sale.claims.size() == 1);
  CHECK(sale.reversals.empty());
  const Reversed made = entry_at(device, reversal.reversals[0].seq);
  CHECK(made.nullifiers == entry_at(device, sale.claims[0].seq).nullifiers);
  CHECK_FALSE(made.claim.has_value());
  CHECK(made.taken_back == "pieces=1 ");
  // The one that is left is all that can still come back.
  const auto rest = answer_of(device, taking_back(tickets("", {2}), "9/return/2", "9"));
  REQUIRE(rest.reversals.size() == 1);
  CHECK(entry_at(device, rest.reversals[0].seq).taken_back == "pieces=1 ");
}

TEST_CASE("reversal: before its transaction, with no line known, it waits for it, over a restart too") {
  const test::TempDir folder;
  {
    Device device(folder.path());
    const auto part = answer_of(device, taking_back(tickets("", {1}), "9/return", "9"));
    CHECK(part.reversals.empty());
    CHECK(part.remark == "the transaction it takes back was not reported here yet: it waits for it");
    const auto whole = answer_of(device, taking_back(tickets("", {}), "10/void", "10"));
    CHECK(whole.remark == "the transaction it takes back was not reported here yet: it waits for it");
  }
  Device device(folder.path());
  const auto sale = answer_of(device, tickets("9", {2}));
  REQUIRE(sale.claims.size() == 1);
  REQUIRE(sale.reversals.size() == 1);
  CHECK(entry_at(device, sale.reversals[0].seq).nullifiers == entry_at(device, sale.claims[0].seq).nullifiers);
  CHECK(entry_at(device, sale.reversals[0].seq).taken_back == "pieces=1 ");
  const auto again = answer_of(device, tickets("9", {2}));
  CHECK(again.repeated);
  CHECK(again.claims.size() == 1);
  CHECK(again.reversals.size() == 1);

  const auto voided = answer_of(device, tickets("10", {2}));
  CHECK(voided.claims.empty());
  CHECK(voided.remark == "it was taken back before it was reported");
  // It waited once: another sale is claimed as ever.
  CHECK(answer_of(device, tickets("11", {2})).claims.size() == 1);
}

TEST_CASE("reversal: a ride cancelled before it is reported is taken back wherever it is claimed") {
  const test::TempDir folder;
  Device device(folder.path());
  event::Transaction early = taking_back(ride("x"), "5/cancelled", "5");
  early.quantities.clear();
  const auto reversal = answer_of(device, early);
  REQUIRE(reversal.reversals.size() == 1);  // by the nullifier: another dock may report the ride
  CHECK(answer_of(device, ride("5")).claims.empty());
}

TEST_CASE("reversal: of many at once each sees what the one before it left") {
  const test::TempDir folder;
  Device device(folder.path());
  std::vector<std::future<Result<event::TransactionAnswer>>> answers;
  answers.push_back(device.submit(tickets("7", {20})));
  for (int i = 0; i < 30; ++i) {
    answers.push_back(device.submit(taking_back(tickets("", {1}), "7/return/" + std::to_string(i), "7")));
  }
  std::size_t reversals = 0;
  for (auto& future : answers) {
    const auto answer = future.get();
    REQUIRE(answer.ok());
    reversals += answer->reversals.size();
  }
  CHECK(reversals == 20);
  CHECK(credited(device, "ticket.paperless") == 0);
  CHECK(test::check_chain(device.reader()) == 22);
}

TEST_CASE("reversal: a source's position never passes a reversal of its that waits") {
  const test::TempDir folder;
  Device device(folder.path());
  const auto position = [](int n) { return outbox::SourceRecord{"till", std::to_string(n)}; };
  std::vector<std::future<Result<event::TransactionAnswer>>> answers;
  for (int i = 0; i < 20; ++i) {
    const std::string sale = "s" + std::to_string(i);
    answers.push_back(device.submit(tickets(sale, {1}), position(3 * i + 1)));
    answers.push_back(device.submit(taking_back(tickets("", {1}), sale + "/return", sale), position(3 * i + 2)));
    answers.push_back(device.submit(tickets(sale + "b", {1}), position(3 * i + 3)));
  }
  for (std::size_t i = 0; i < answers.size(); ++i) {
    REQUIRE(answers[i].get().ok());
    // Whatever is answered behind it, the records before it are durable.
    const int durable = std::stoi(device.reader().position("till").value());
    CHECK(durable >= static_cast<int>(i) + 1);
  }
  CHECK(device.reader().position("till").value() == "60");
  CHECK(test::check_chain(device.reader()) == 61);
}

TEST_CASE("reversal: nor does the position of a record that is passed over") {
  const test::TempDir folder;
  Device device(folder.path());
  std::mutex mutex;
  std::vector<std::string> order;
  std::promise<void> all;
  const auto answered = [&](const std::string& what) {
    const std::lock_guard lock(mutex);
    order.push_back(what);
    if (order.size() == 4) all.set_value();
  };
  const auto hand_in = [&](const event::Transaction& transaction, const std::string& what) {
    device.engine().submit(transaction, outbox::SourceRecord{"till", what}, [&, what](const auto&) { answered(what); });
  };
  hand_in(tickets("7", {3}), "1");
  hand_in(taking_back(tickets("", {1}), "7/return/1", "7"), "2");
  hand_in(taking_back(tickets("", {1}), "7/return/2", "7"), "3");
  device.engine().pass_over({"till", "4"}, [&](const Status&) { answered("4"); });
  device.engine().committer().hand_over();
  all.get_future().get();
  CHECK(order == std::vector<std::string>{"1", "2", "3", "4"});
  CHECK(device.reader().position("till").value() == "4");
}

TEST_CASE("reversal: what a full disk refused is taken back when it is reported again") {
  const test::TempDir folder;
  Device device(folder.path());
  REQUIRE(answer_of(device, ride("1")).claims.size() == 1);
  device.writer().full = true;
  CHECK_FALSE(device.submit(cancelled("1/cancelled", "1")).get().ok());
  device.writer().full = false;
  CHECK(answer_of(device, cancelled("1/cancelled", "1")).reversals.size() == 1);
  CHECK(test::check_chain(device.reader()) == 3);
}

TEST_CASE("undo: takes one claim back as a correction, and says so again when asked again") {
  const test::TempDir folder;
  Device device(folder.path());
  const auto sale = answer_of(device, tickets("7", {1, 1}));
  const auto undone = device.undo(sale.claims[1].seq).get();
  REQUIRE(undone.ok());
  REQUIRE(undone->reversals.size() == 1);
  CHECK(entry_at(device, undone->reversals[0].seq).reason == claim::ReversalReason::correction);
  CHECK(entry_at(device, undone->reversals[0].seq).claim == sale.claims[1].id);
  const auto again = device.undo(sale.claims[1].seq).get();
  REQUIRE(again.ok());
  CHECK(again->repeated);
  CHECK(again->reversals.size() == 1);

  CHECK(device.undo(0).get().error().code == ErrorCode::not_found);
  CHECK(device.undo(99).get().error().code == ErrorCode::not_found);
  CHECK(device.undo(1).get().error().code == ErrorCode::invalid);  // the chain's start
  CHECK(device.undo(undone->reversals[0].seq).get().error().code == ErrorCode::invalid);
  const auto rest = answer_of(device, taking_back(tickets("", {}), "7/void", "7"));
  REQUIRE(rest.reversals.size() == 1);
  CHECK(rest.reversals[0].of_seq == sale.claims[0].seq);
}

TEST_CASE("standing: what is not final is not claimed, and its id stays free") {
  const test::TempDir folder;
  Device device(folder.path());
  for (const auto standing : {event::Standing::training, event::Standing::interim, event::Standing::reprint}) {
    event::Transaction early = ride("1");
    early.standing = standing;
    const auto answer = device.submit(early, outbox::SourceRecord{"dock", "before"}).get();
    REQUIRE(answer.ok());
    CHECK(answer->claims.empty());
    CHECK_FALSE(answer->remark.empty());
    CHECK_FALSE(answer->repeated);
  }
  CHECK(device.reader().position("dock").value() == "before");
  CHECK(guarded(device).empty());
  const auto answer = answer_of(device, ride("1"));
  CHECK_FALSE(answer.repeated);
  CHECK(answer.claims.size() == 1);
}

TEST_CASE("guard: a doubtful record and an implausible act are kept with their reason, once") {
  const test::TempDir folder;
  Device device(folder.path());
  event::Transaction doubtful = ride("1");
  doubtful.standing = event::Standing::doubtful;
  doubtful.remark = "the meter's clock was never set";
  CHECK(answer_of(device, doubtful).remark == "its source doubts it: the meter's clock was never set");
  CHECK(answer_of(device, doubtful).remark == "its source doubts it: the meter's clock was never set");
  const auto fast = answer_of(device, ride("2", 39'000));
  REQUIRE(fast.unclaimed.size() == 1);
  CHECK(fast.claims.empty());

  const auto kept = guarded(device);
  REQUIRE(kept.size() == 2);
  CHECK(kept[0].activity == "ride.bike.shared");
  CHECK(kept[0].quantities == "m.odometer=39000");
  CHECK(kept[0].reason == fast.unclaimed[0].reason);
  CHECK(kept[0].begin == 1'760'000'000);
  CHECK(kept[1].activity.empty());
  CHECK(kept[1].reason == "its source doubts it: the meter's clock was never set");
  CHECK(test::check_chain(device.reader()) == 1);
}

}  // namespace greentill::engine
