// SPDX-License-Identifier: Apache-2.0
// The rules of docs/ledger.md, "Acts" and "Who takes back", by themselves.
#include "tools/credit-service/ledger/acts.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <deque>

namespace greentill::credit::acts_test {
namespace {

constexpr std::int64_t kNoon = 1'767'268'800;

/// An act, told by shops and taken back by them, in any order.
struct Story {
  std::deque<claim::Reduction> reductions;
  std::deque<claim::Reversal> reversals;
  std::vector<Told> told;
  std::vector<Takes> takes;

  Told& tell(std::int64_t chain, const std::string& device, const std::string& merchant, std::int64_t end = kNoon) {
    claim::Reduction& act = reductions.emplace_back();
    act.activity = "ride.bike.shared";
    act.begin = end - 600;
    act.end = end;
    static_cast<void>(act.quantities.push_back({"m.odometer", 2'000}));
    Told one;
    one.id = chain << 40 | static_cast<std::int64_t>(told.size() + 2);
    one.claim_id[0] = static_cast<std::uint8_t>(told.size() + 1);
    one.device = device;
    one.merchant = merchant;
    one.recorded = kNoon + static_cast<std::int64_t>(told.size());
    one.reduction = &act;
    return told.emplace_back(std::move(one));
  }
  Takes& take(std::int64_t chain, const std::string& device, const std::string& merchant,
              claim::ReversalReason reason = claim::ReversalReason::refund, std::int64_t metres = 0) {
    claim::Reversal& reversal = reversals.emplace_back();
    reversal.reason = reason;
    if (metres > 0) static_cast<void>(reversal.taken_back.push_back({"m.odometer", metres}));
    Takes one;
    one.id = chain << 40 | static_cast<std::int64_t>(takes.size() + 100);
    one.claim_id[1] = static_cast<std::uint8_t>(takes.size() + 1);
    one.device = device;
    one.merchant = merchant;
    one.recorded = kNoon + 1'000;
    one.reversal = &reversal;
    return takes.emplace_back(std::move(one));
  }
  Judgement judged(std::int64_t holder = 0) const { return judge(told, takes, holder); }
};

}  // namespace

TEST_CASE("acts: the first claim to come holds the act, and goes on holding it") {
  Story story;
  story.tell(1, "till-1", "shop");
  story.tell(2, "till-2", "shop");
  CHECK(story.judged().holder == story.told[0].id);
  CHECK(story.judged(story.told[1].id).holder == story.told[1].id);
  CHECK(story.judged().fates == std::vector<Fate>{Fate::holds, Fate::behind});
}

TEST_CASE("acts: what is held keeps nobody out, and holds the act where nobody else does") {
  Story story;
  story.tell(1, "till-1", "shop").held = true;
  CHECK(story.judged().holder == story.told[0].id);
  story.tell(2, "till-2", "shop").held = true;
  CHECK(story.judged(story.told[1].id).holder == story.told[1].id);
  story.tell(3, "till-3", "shop");
  CHECK(story.judged(story.told[0].id).holder == story.told[2].id);
  story.told[2].out = true;
  CHECK(story.judged(story.told[2].id).holder == story.told[0].id);
}

TEST_CASE("acts: refunds and cancellations mean the act and close it; claims that come are taken back") {
  for (const auto reason : {claim::ReversalReason::refund, claim::ReversalReason::cancelled}) {
    Story story;
    story.tell(1, "till-1", "shop");
    story.tell(2, "till-2", "shop");
    story.take(2, "till-2", "shop", reason).predecessors = {};
    story.reversals.back().claim = story.told[1].claim_id;  // whichever it names
    const Judgement judged = story.judged();
    CHECK(judged.holder == story.told[0].id);
    CHECK(judged.closed_by == story.takes[0].id);
    CHECK(judged.fates == std::vector<Fate>{Fate::holds, Fate::behind});
  }
}

TEST_CASE("acts: a reversal does not see what it may not take back") {
  Story story;
  story.tell(1, "till-1", "shop");
  Takes& stranger = story.take(9, "till-9", "other");
  SUBCASE("a stranger's") { CHECK(story.judged().applied.empty()); }
  SUBCASE("a successor's") {
    stranger.predecessors = {"before", "shop"};
    REQUIRE(story.judged().applied.size() == 1);
    CHECK_FALSE(story.judged().applied[0].foreign);
  }
  SUBCASE("the owner's of the root") {
    stranger.owns_root = true;
    REQUIRE(story.judged().applied.size() == 1);
    CHECK(story.judged().applied[0].foreign);
  }
  SUBCASE("of a device that told the act too") {
    story.tell(9, "till-9", "other", kNoon + kSameActSeconds);
    REQUIRE(story.judged().applied.size() == 1);
    CHECK(story.judged().applied[0].foreign);
    CHECK(story.judged().closed_by == story.takes[0].id);
  }
  SUBCASE("of one that told another act under the same nullifier") {
    story.tell(9, "till-9", "other", kNoon + kSameActSeconds + 1);
    CHECK(story.judged().applied.empty());
  }
  SUBCASE("of one that told another activity") {
    story.tell(9, "till-9", "other");
    story.reductions.back().activity = "cup.reuse";
    CHECK(story.judged().applied.empty());
  }
  SUBCASE("of one whose claim is out") {
    story.tell(9, "till-9", "other").out = true;
    CHECK(story.judged().applied.empty());
  }
}

TEST_CASE("acts: a correction means one's own merchant's claim, and what its device told before; another takes its place") {
  Story story;
  story.tell(1, "till-1", "shop");
  story.tell(2, "till-2", "shop");
  story.tell(3, "till-3", "other");
  Takes& correction = story.take(1, "till-1", "shop", claim::ReversalReason::correction);
  SUBCASE("by name") {
    story.reversals.back().claim = story.told[0].claim_id;
    CHECK(story.judged(story.told[0].id).fates == std::vector<Fate>{Fate::out, Fate::holds, Fate::behind});
  }
  SUBCASE("without a name: all of the merchant's") {
    CHECK(story.judged(story.told[0].id).fates == std::vector<Fate>{Fate::out, Fate::out, Fate::holds});
  }
  SUBCASE("not what was recorded later") {
    correction.recorded = kNoon;
    CHECK(story.judged(story.told[0].id).fates == std::vector<Fate>{Fate::out, Fate::holds, Fate::behind});
  }
  SUBCASE("nor another merchant's, not even a predecessor's") {
    correction.merchant = "next";
    correction.predecessors = {"shop"};
    correction.owns_root = true;
    CHECK(story.judged(story.told[0].id).fates == std::vector<Fate>{Fate::holds, Fate::behind, Fate::behind});
    CHECK(story.judged(story.told[0].id).applied.empty());
  }
  SUBCASE("within a chain by the place") {
    correction.id = story.told[0].id - 1;
    CHECK(story.judged(story.told[0].id).fates == std::vector<Fate>{Fate::holds, Fate::out, Fate::behind});
  }
}

TEST_CASE("acts: of parts with one id each quantity counts once, at the largest") {
  Story story;
  story.tell(1, "till-1", "shop");
  story.take(1, "till-1", "shop", claim::ReversalReason::refund, 500);
  const claim::ClaimId same = story.takes[0].claim_id;
  story.take(2, "till-2", "shop", claim::ReversalReason::refund, 700).claim_id = same;
  story.take(1, "till-1", "shop", claim::ReversalReason::refund, 300);
  const Judgement judged = story.judged();
  REQUIRE(judged.applied.size() == 3);
  CHECK(left_of(story.reductions[0], story.takes, judged.applied, 0)[0].value == 2'000);
  CHECK(left_of(story.reductions[0], story.takes, judged.applied, 1)[0].value == 1'500);
  CHECK(left_of(story.reductions[0], story.takes, judged.applied, 2)[0].value == 1'300);
  CHECK(left_of(story.reductions[0], story.takes, judged.applied, 3)[0].value == 1'000);
}

TEST_CASE("acts: reported twice, cancelled once stays cancelled; one of two was a mistake leaves the other") {
  for (const bool first_stood : {true, false}) {
    Story story;
    story.tell(1, "kiosk-1", "bikes");
    story.tell(2, "kiosk-2", "bikes");
    const std::int64_t holder = story.told[first_stood ? 0 : 1].id;
    story.take(2, "kiosk-2", "bikes", claim::ReversalReason::cancelled);
    CHECK(story.judged(holder).closed_by != 0);
    story.reversals.back().reason = claim::ReversalReason::correction;
    story.reversals.back().claim = story.told[1].claim_id;
    const Judgement left = story.judged(holder);
    CHECK(left.closed_by == 0);
    CHECK(left.holder == story.told[0].id);
  }
}

}  // namespace greentill::credit::acts_test
