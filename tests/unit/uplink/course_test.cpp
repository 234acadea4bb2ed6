// SPDX-License-Identifier: Apache-2.0
// Each row of the table in docs/chains.md, "What the device does".
#include "daemon/uplink/course.hpp"

#include <doctest/doctest.h>

namespace greentill::uplink::course_test {
namespace {

using claim::ChainStanding;
using outbox::KnownChain;
using outbox::PlaceMatch;
using Kind = Course::Kind;

claim::ChainHead place(std::uint8_t chain, std::uint64_t seq) { return {claim::ChainId{chain}, seq, Digest{chain, 5}}; }

/// A chain up to `head`, delivered up to `delivered` in epoch 1, behind that place.
KnownChain chain(std::uint8_t id, std::uint64_t head, std::uint64_t delivered, const claim::ChainHead& before = {}) {
  KnownChain known;
  known.state = {place(id, head), delivered, 1, 1};
  known.before = before;
  return known;
}

Answer answer(const claim::ChainHead& head, ChainStanding state = ChainStanding::open, std::uint64_t epoch = 1) {
  Answer answer;
  answer.head = head;
  answer.state = state;
  answer.epoch = epoch;
  return answer;
}

bool sends(const Course& course, std::uint8_t id, std::uint64_t seq) {
  return course.kind == Kind::send && course.chain == claim::ChainId{id} && course.seq == seq;
}

bool repairs(const Course& course, const claim::ChainHead& named, bool ours) {
  return course.kind == Kind::repair && course.repair.named.chain == named.chain && course.repair.named.seq == named.seq &&
         course.repair.named.payload_hash == named.payload_hash && course.repair.ours == ours && !course.why.empty();
}

bool declares(const Course& course, std::uint8_t id, std::uint64_t first, std::uint64_t last) {
  return course.kind == Kind::declare_lost && course.chain == claim::ChainId{id} && course.first == first && course.last == last;
}

}  // namespace

TEST_CASE("course: what the ledger has of earlier chains and this store was not told of is sent again before others") {
  const auto moved = [](std::uint64_t first, std::uint64_t second) {
    return std::vector<KnownChain>{chain(1, 9, first), chain(2, 5, second, place(1, 9)), chain(3, 4, 0, place(2, 5))};
  };
  // The receipts for the end of the first were lost; the ledger has that one, or later ones as well.
  CHECK(sends(decide(answer(place(1, 9)), PlaceMatch::same, moved(7, 0)), 1, 7));
  CHECK(sends(decide(answer(place(2, 5)), PlaceMatch::same, moved(7, 0)), 1, 7));
  CHECK(sends(decide(answer(place(3, 4)), PlaceMatch::same, moved(7, 5)), 1, 7));
  CHECK(sends(decide(answer(place(3, 4)), PlaceMatch::same, moved(9, 2)), 2, 2));
  CHECK(sends(decide(answer(place(2, 5)), PlaceMatch::same, moved(9, 0)), 2, 0));
  // The chain that went on from its end was set apart, and the ledger goes on from another place: to send it would contradict.
  std::vector<KnownChain> closed = moved(7, 0);
  closed[1].set_apart = true;
  closed[2].before = place(9, 70);
  CHECK(sends(decide(answer(place(3, 4)), PlaceMatch::same, closed), 3, 4));
  // Nothing of them is untold.
  CHECK(sends(decide(answer(place(2, 5)), PlaceMatch::same, moved(9, 5)), 3, 0));
  CHECK(sends(decide(answer(place(3, 4)), PlaceMatch::same, moved(9, 5)), 3, 4));
  // The ledger has not got to the end of the first: it goes on there.
  CHECK(sends(decide(answer(place(1, 8)), PlaceMatch::same, moved(7, 0)), 1, 8));
  // What is pruned or set apart cannot be sent, and claims behind the place that the next one names never are.
  auto apart = moved(7, 5);
  apart[0].set_apart = true;
  CHECK(sends(decide(answer(place(3, 4)), PlaceMatch::same, apart), 3, 4));
  auto pruned = moved(7, 5);
  pruned[0].pruned_to = 9;
  CHECK(sends(decide(answer(place(3, 4)), PlaceMatch::same, pruned), 3, 4));
  auto behind = moved(7, 5);
  behind[1].before = place(1, 8);
  CHECK(sends(decide(answer(place(3, 4)), PlaceMatch::same, behind), 3, 4));
}

TEST_CASE("course: to a ledger without a chain of this device all of them are sent, in their order") {
  CHECK(sends(decide(answer({}), PlaceMatch::no_chain, {chain(1, 9, 4)}), 1, 0));
  CHECK(sends(decide(answer({}), PlaceMatch::no_chain, {chain(1, 9, 9), chain(2, 5, 1, place(1, 9))}), 1, 0));
  KnownChain apart = chain(1, 9, 4);
  apart.set_apart = true;
  CHECK(sends(decide(answer({}), PlaceMatch::no_chain, {apart, chain(2, 5, 0)}), 2, 0));
  // What was pruned cannot be sent.
  KnownChain pruned = chain(1, 9, 8);
  pruned.pruned_to = 3;
  CHECK(repairs(decide(answer({}, ChainStanding::open, 2), PlaceMatch::no_chain, {pruned}), {}, true));
}

TEST_CASE(
    "course: the place that the newest chain's start names, or one before it: the rest up to there, then the newest chain") {
  const std::vector<KnownChain> chains = {chain(1, 9, 9), chain(2, 5, 5, place(1, 9))};
  CHECK(sends(decide(answer(place(1, 9)), PlaceMatch::same, chains), 2, 0));
  CHECK(sends(decide(answer(place(1, 9), ChainStanding::closed), PlaceMatch::same, chains), 2, 0));
  CHECK(sends(decide(answer(place(1, 6)), PlaceMatch::same, chains), 1, 6));
  CHECK(sends(decide(answer(place(1, 2)), PlaceMatch::same, chains), 1, 2));
  // Over several chains.
  std::vector<KnownChain> more = chains;
  more.push_back(chain(3, 2, 0, place(2, 5)));
  CHECK(sends(decide(answer(place(1, 6)), PlaceMatch::same, more), 1, 6));
  CHECK(sends(decide(answer(place(2, 5)), PlaceMatch::same, more), 3, 0));
  // The chain that a repair set apart is never sent: its exact place alone goes on.
  std::vector<KnownChain> repaired = chains;
  repaired[0].set_apart = true;
  CHECK(sends(decide(answer(place(1, 9)), PlaceMatch::same, repaired), 2, 0));
  CHECK(repairs(decide(answer(place(1, 6)), PlaceMatch::same, repaired), place(1, 6), true));
  // The place need not be on a chain of this store.
  const std::vector<KnownChain> behind = {chain(2, 5, 0, place(9, 70))};
  CHECK(sends(decide(answer(place(9, 70)), PlaceMatch::no_chain, behind), 2, 0));
  CHECK(repairs(decide(answer(place(9, 71)), PlaceMatch::no_chain, behind), place(9, 71), false));
}

TEST_CASE("course: claims that were lost with a damaged store: all of its assignment is made anew, whatever the answer names") {
  KnownChain damaged = chain(1, 9, 4);
  damaged.state.damaged = true;
  const std::vector<KnownChain> chains = {damaged, chain(2, 5, 0, place(1, 9))};
  CHECK(repairs(decide(answer({}), PlaceMatch::no_chain, chains), {}, false));
  CHECK(repairs(decide(answer(place(1, 6)), PlaceMatch::same, chains), place(1, 6), true));
  CHECK(repairs(decide(answer(place(1, 9)), PlaceMatch::same, chains), place(1, 9), true));
  // What the ledger has of it behind the last claim that was read is its own.
  CHECK(repairs(decide(answer(place(1, 12)), PlaceMatch::beyond, chains), place(1, 12), true));
  CHECK(repairs(decide(answer(place(1, 6)), PlaceMatch::other_hash, chains), place(1, 6), false));
  CHECK(repairs(decide(answer(place(9, 70)), PlaceMatch::no_chain, chains), place(9, 70), false));
  // Once it is done, or where the device works for another shop now, it is as ever.
  std::vector<KnownChain> repaired = chains;
  repaired[0].set_apart = true;
  CHECK(sends(decide(answer(place(1, 9)), PlaceMatch::same, repaired), 2, 0));
  std::vector<KnownChain> moved = chains;
  moved[1].state.assignment = 2;
  CHECK(sends(decide(answer(place(1, 6)), PlaceMatch::same, moved), 1, 6));
}

TEST_CASE("course: the newest chain, closed: another one that names the answer's head") {
  const std::vector<KnownChain> chains = {chain(1, 9, 4)};
  CHECK(repairs(decide(answer(place(1, 4), ChainStanding::closed), PlaceMatch::same, chains), place(1, 4), true));
  CHECK(repairs(decide(answer(place(1, 12), ChainStanding::closed), PlaceMatch::beyond, chains), place(1, 12), false));
}

TEST_CASE("course: the newest chain, waiting: what is left of the one before, and then gaps over what is missing of it") {
  const Answer waits = answer({claim::ChainId{2}, 0, {}}, ChainStanding::waiting);
  std::vector<KnownChain> chains = {chain(1, 9, 4), chain(2, 5, 0, place(1, 9))};
  const auto decided = [&] { return decide(waits, PlaceMatch::same, chains); };
  CHECK(sends(decided(), 1, 4));
  chains[0].state.epoch = 0;  // nothing was heard of it in this epoch
  CHECK(sends(decided(), 1, 0));
  chains[0].state.epoch = 1;
  SUBCASE("the place is not reached, and nothing is left") {
    chains[0].state.head = place(1, 6);
    chains[0].state.delivered_seq = 6;
    CHECK(declares(decided(), 1, 7, 9));
    chains[1].declared = true;
    CHECK(sends(decided(), 2, 0));
  }
  SUBCASE("some is pruned that the service lacks") {
    chains[0].state.delivered_seq = 2;
    chains[0].pruned_to = 3;
    CHECK(declares(decided(), 1, 3, 3));
    chains[1].declared = true;
    CHECK(sends(decided(), 1, 3));
  }
  SUBCASE("all was heard of, and the service waits all the same") {
    chains[0].state.delivered_seq = 9;
    CHECK(declares(decided(), 1, 1, 9));
  }
  SUBCASE("the one before is not here, or was set apart") {
    chains[0].set_apart = true;
    CHECK(declares(decided(), 1, 1, 9));
    chains.erase(chains.begin());
    CHECK(declares(decided(), 1, 1, 9));
    chains[0].declared = true;
    CHECK(sends(decided(), 2, 0));
  }
}

TEST_CASE("course: the newest chain at a head that is here: what is behind it, whatever its state") {
  const std::vector<KnownChain> chains = {chain(1, 9, 4)};
  for (const ChainStanding state : {ChainStanding::open, ChainStanding::on_probation, ChainStanding::held}) {
    CHECK(sends(decide(answer(place(1, 4), state), PlaceMatch::same, chains), 1, 4));
    CHECK(sends(decide(answer(place(1, 9), state), PlaceMatch::same, chains), 1, 9));
    CHECK(sends(decide(answer(place(1, 2), state), PlaceMatch::same, chains), 1, 2));  // a ledger that went back
  }
  CHECK(sends(decide(answer({claim::ChainId{1}, 0, {}}), PlaceMatch::same, chains), 1, 0));
}

TEST_CASE("course: a head behind which claims were pruned: the rest is made anew") {
  KnownChain newest = chain(1, 9, 8);
  newest.pruned_to = 6;
  CHECK(sends(decide(answer(place(1, 6), ChainStanding::open, 2), PlaceMatch::same, {newest}), 1, 6));
  const Course course = decide(answer(place(1, 5), ChainStanding::open, 2), PlaceMatch::same, {newest});
  CHECK(repairs(course, place(1, 5), true));
  CHECK(course.repair.epoch == 2);
  // On the chain before, or of the newest behind the one before.
  KnownChain second = chain(2, 5, 3, place(1, 9));
  CHECK(repairs(decide(answer(place(1, 5), ChainStanding::open, 2), PlaceMatch::same, {newest, second}), place(1, 5), true));
  second.pruned_to = 2;
  CHECK(repairs(decide(answer(place(1, 9), ChainStanding::open, 2), PlaceMatch::same, {chain(1, 9, 8), second}), place(1, 9),
                true));
}

TEST_CASE("course: the newest chain beyond its last claim, or another one there: the store went back") {
  const std::vector<KnownChain> chains = {chain(1, 9, 4)};
  CHECK(repairs(decide(answer(place(1, 12)), PlaceMatch::beyond, chains), place(1, 12), false));
  CHECK(repairs(decide(answer(place(1, 7)), PlaceMatch::other_hash, chains), place(1, 7), false));
}

TEST_CASE("course: claims of another assignment that the newest chain leaves behind are told, and nothing else is") {
  const auto course = [](std::uint8_t id) {
    Course made;
    made.chain = claim::ChainId{id};
    return made;
  };
  KnownChain old = chain(1, 9, 6);
  KnownChain newest = chain(3, 4, 0, place(1, 6));
  newest.state.assignment = 2;
  // Closed at 6, where the newest goes on.
  const std::string words = left_behind(course(3), {old, newest});
  CHECK(words.find("3 of the assignment 1, behind claim 6 of the chain 01") != std::string::npos);
  CHECK(words.find("where the service has closed it") != std::string::npos);
  CHECK(left_behind(course(1), {old, newest}).empty());  // they are being sent
  // The newest names its end: it waits until all of it is there, whatever receipts were lost.
  KnownChain behind = chain(3, 4, 0, place(1, 9));
  behind.state.assignment = 2;
  CHECK(left_behind(course(3), {old, behind}).empty());
  // A repair set the one between them apart.
  KnownChain apart = chain(2, 5, 0, place(1, 9));
  apart.state.assignment = 2;
  apart.set_apart = true;
  CHECK(left_behind(course(3), {old, apart, newest}).find("3 of the assignment 1") != std::string::npos);
  // Of the same assignment a repair makes them anew; set apart they are.
  KnownChain same = newest;
  same.state.assignment = 1;
  CHECK(left_behind(course(3), {old, same}).empty());
  old.set_apart = true;
  CHECK(left_behind(course(3), {old, newest}).empty());
  // Claims of a damaged store, up to where it had some.
  KnownChain damaged = chain(1, 7, 7);
  damaged.state.damaged = true;
  damaged.lost_to = 9;
  CHECK(left_behind(course(3), {damaged, newest}).find("2 of the assignment 1, behind claim 7") != std::string::npos);
  CHECK(left_behind(course(3), {damaged, newest}).find("lost with a damaged store") != std::string::npos);
}

TEST_CASE("course: what the service would not take of an assignment that was left is made anew beside the newest chain") {
  const auto made = [](const Answer& heard, const std::vector<KnownChain>& chains, PlaceMatch match = PlaceMatch::same) {
    const auto left = make_left(decide(heard, match, chains), heard, match, chains);
    if (left) CHECK(left->kind == Kind::repair);
    return left ? left->repair.left.value_or(0) : 0;
  };
  KnownChain old = chain(1, 9, 6);
  KnownChain newest = chain(3, 4, 2, place(1, 6));
  newest.state.assignment = 2;
  SUBCASE("closed before what is left of it, once the newest chain is open") {
    CHECK(made(answer(place(3, 4)), {old, newest}) == 1);
    CHECK(made(answer(place(3, 4), ChainStanding::on_probation), {old, newest}) == 0);
    CHECK(made(answer(place(3, 4), ChainStanding::held), {old, newest}) == 0);
    CHECK(made(answer(place(1, 6)), {old, newest}) == 0);
    old.state.delivered_seq = 9;
    CHECK(made(answer(place(3, 4)), {old, newest}) == 0);
    old.state.delivered_seq = 6;
    old.set_apart = true;
    CHECK(made(answer(place(3, 4)), {old, newest}) == 0);
  }
  SUBCASE("of a damaged store, whatever the answer names, where the service lacks something") {
    old.state.damaged = true;
    newest.before = place(1, 9);
    CHECK(made(answer(place(1, 6)), {old, newest}) == 1);
    CHECK(made(answer(place(1, 9)), {old, newest}) == 0);
    old.lost_to = 12;
    newest.before = place(1, 12);
    CHECK(made(answer(place(1, 9)), {old, newest}) == 1);
    CHECK(made(answer(place(1, 12)), {old, newest}, PlaceMatch::beyond) == 0);  // lost here, and there
    CHECK(made(answer(place(3, 4)), {old, newest}) == 0);                       // which goes on from its end
    CHECK(made(answer(place(3, 0), ChainStanding::waiting), {old, newest}) == 1);
    CHECK(made(answer({}), {old, newest}, PlaceMatch::no_chain) == 1);
  }
  // It is sent before the newest one, and nothing goes on from it.
  old = chain(1, 9, 6);
  old.set_apart = true;
  newest.before = place(1, 6);
  const KnownChain beside = chain(2, 5, 0, place(1, 6));
  CHECK(sends(decide(answer(place(1, 6)), PlaceMatch::same, {old, beside, newest}), 3, 0));
  newest.before = place(1, 12);
  CHECK(sends(decide(answer(place(1, 6)), PlaceMatch::same, {old, beside, newest}), 2, 0));
  CHECK(sends(decide(answer(place(3, 2)), PlaceMatch::same, {old, beside, newest}), 2, 0));
  CHECK(sends(decide(answer(place(3, 1), ChainStanding::waiting), PlaceMatch::same, {old, beside, newest}), 2, 0));
  CHECK(sends(decide(answer(place(2, 3)), PlaceMatch::same, {old, beside, newest}), 2, 3));
  CHECK(sends(decide(answer(place(2, 5)), PlaceMatch::same, {old, beside, newest}), 3, 0));
  const std::vector<KnownChain> delivered = {old, chain(2, 5, 5, place(1, 6)), newest};
  CHECK(sends(decide(answer(place(3, 2)), PlaceMatch::same, delivered), 3, 2));
  CHECK(declares(decide(answer(place(3, 1), ChainStanding::waiting), PlaceMatch::same, delivered), 1, 1, 12));
  // Of several each is sent in its turn, and none made anew once more.
  KnownChain other = chain(4, 3, 0);
  other.state.assignment = 7;
  const std::vector<KnownChain> several = {old, beside, other, newest};
  CHECK(sends(decide(answer(place(3, 2)), PlaceMatch::same, several), 2, 0));
  CHECK(made(answer(place(3, 2)), several) == 0);
  // The ledger went back to where the one that is set apart had not ended: that assignment is made anew once more.
  const Course again = decide(answer(place(1, 4), ChainStanding::open, 2), PlaceMatch::same, delivered);
  CHECK(repairs(again, place(1, 4), true));
  CHECK(again.repair.left == 1);
}

TEST_CASE("course: anything else is repaired likewise") {
  const std::vector<KnownChain> chains = {chain(1, 9, 4), chain(2, 5, 0, place(1, 9))};
  CHECK(repairs(decide(answer(place(9, 70)), PlaceMatch::no_chain, chains), place(9, 70), false));
  CHECK(repairs(decide(answer(place(1, 12)), PlaceMatch::beyond, chains), place(1, 12), false));
  CHECK(repairs(decide(answer(place(1, 6)), PlaceMatch::other_hash, chains), place(1, 6), false));
  // Closed before what is left of it: to send that would contradict.
  CHECK(repairs(decide(answer(place(1, 6), ChainStanding::closed), PlaceMatch::same, chains), place(1, 6), true));
}

}  // namespace greentill::uplink::course_test
