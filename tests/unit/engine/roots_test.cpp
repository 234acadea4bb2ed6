// SPDX-License-Identifier: Apache-2.0
// Under which roots, versions and assignments claims are made.
#include "daemon/event/transaction_key.hpp"
#include "tests/unit/engine/fixture.hpp"

namespace greentill::roots_test {
namespace {

using test::ClaimAt;
using test::Device;
using test::list_of;
using test::ride;
using test::root_text;
using test::settings_with;
using test::taking_back;
using test::tickets;

constexpr std::int64_t kHour = 3600;
constexpr std::int64_t kEnd = 1'760'000'500;  // of test::ride()

event::TransactionAnswer answer_of(Device& device, const event::Transaction& transaction, const std::string& source = "") {
  auto record = source.empty() ? std::nullopt : std::optional(outbox::SourceRecord{source, transaction.event_id});
  auto answer = device.submit(transaction, std::move(record)).get();
  REQUIRE_MESSAGE(answer.ok(), answer.error().message);
  return *answer;
}

identity::OwnAct act_of(const event::Transaction& trip) { return {"ride.bike", trip.issuer, trip.event_id, 0}; }

test::NullifierList of_claim(Device& device, std::uint64_t seq) {
  return list_of(ClaimAt(device.reader(), seq).as<claim::Reduction>().nullifiers);
}

test::NullifierList of_reversal(Device& device, std::uint64_t seq) {
  return list_of(ClaimAt(device.reader(), seq).as<claim::Reversal>().nullifiers);
}

event::Transaction cancelled(const std::string& event, const std::string& reversed) {
  event::Transaction trip = taking_back(ride(event), event, reversed);
  trip.quantities.clear();
  return trip;
}

}  // namespace

TEST_CASE("roots: a claim is made under the root of its source, or of the API") {
  const test::TempDir folder;
  Device device(folder.path(), settings_with(root_text(4, "city-bikes") + root_text(70'000, "Kauppa Ö")));
  const auto& roots = device.settings().roots;
  const auto api = answer_of(device, ride("1"));
  const auto source = answer_of(device, ride("2"), "Kauppa Ö");
  CHECK(of_claim(device, api.claims.at(0).seq) == list_of(identity::nullifiers_of(roots[0], act_of(ride("1")), kEnd)));
  CHECK(of_claim(device, source.claims.at(0).seq) == list_of(identity::nullifiers_of(roots[1], act_of(ride("2")), kEnd)));
  CHECK(of_claim(device, source.claims.at(0).seq).front().root == 70'000);
}

TEST_CASE("roots: around a change of versions a claim carries two nullifiers, and so does what takes it back") {
  const test::TempDir folder;
  Device device(folder.path(), settings_with(root_text(4, "a", {0, kEnd + 26 * kHour})));
  const auto around = answer_of(device, ride("1"));
  const auto made = of_claim(device, around.claims.at(0).seq);
  REQUIRE(made.size() == 2);
  CHECK(made[0].key_version == 1);
  CHECK(made[1].key_version == 2);
  const auto taken = answer_of(device, cancelled("1/cancelled", "1"));
  CHECK(of_reversal(device, taken.reversals.at(0).seq) == made);
  CHECK(taken.reversals.at(0).of_seq == around.claims[0].seq);

  event::Transaction before = ride("2");
  before.begin -= 1;
  before.end -= 1;
  CHECK(of_claim(device, answer_of(device, before).claims.at(0).seq).size() == 1);
}

TEST_CASE("roots: where a claim with two nullifiers would be too long for its evidence, the hash stands instead") {
  const auto kinds = [](const std::vector<std::int64_t>& begins) {
    const test::TempDir folder;
    Device device(folder.path(), settings_with(root_text(4, "a", begins)));
    std::string text;
    event::Transaction large = ride("");
    for (const char* unit : {"a", "b", "c"}) large.quantities.push_back({unit + std::string(31, '-'), 1LL << 40});
    for (std::size_t evidence = 300; evidence <= claim::kMaxEvidenceBytes; evidence += 4) {
      device.detectors().evidence.assign(evidence, 0x5a);
      large.event_id = "large-" + std::to_string(evidence);
      const auto answer = answer_of(device, large);
      const ClaimAt at(device.reader(), answer.claims.at(0).seq);
      const bool whole = at.as<claim::Reduction>().evidence->kind == claim::Evidence::Kind::embedded;
      CHECK(at.stored->message.size() <= claim::kMaxClaimBytes);
      text += whole ? 'e' : 'h';
    }
    CHECK(std::is_sorted(text.begin(), text.end()));
    return std::count(text.begin(), text.end(), 'e');
  };
  const auto with_one = kinds({0});
  const auto with_two = kinds({0, kEnd});
  CHECK(with_two > 0);
  CHECK(with_two < 38);
  CHECK(with_two < with_one);
}

TEST_CASE("roots: of an act that is elsewhere a reversal means each version that had begun, and each root") {
  const test::TempDir folder;
  const std::int64_t year = 365 * 24 * kHour;
  const std::int64_t now = SystemClock().unix_seconds();
  const std::vector<std::int64_t> begins{0, now - 4 * year, now - 3 * year, now - 2 * year, now - year, now + year};
  Device device(folder.path(), settings_with(root_text(4, "a", begins) + root_text(5, "old", {0}, true) + root_text(6, "b")));
  const auto taken = answer_of(device, cancelled("9/cancelled", "9"), "b");
  REQUIRE(taken.reversals.size() == 3);
  const auto versions = [&](std::size_t index) {
    std::string text;
    for (const auto& one : of_reversal(device, taken.reversals[index].seq)) {
      text += std::to_string(one.root) + "." + std::to_string(one.key_version) + " ";
    }
    return text;
  };
  CHECK(versions(0) == "6.1 ");  // the refund's own root
  CHECK(versions(1) == "4.2 4.3 4.4 4.5 ");
  CHECK(versions(2) == "5.1 ");
  // The same again, however it is named, finds nothing left.
  CHECK(answer_of(device, cancelled("9/again", "9"), "a").reversals.empty());
}

TEST_CASE("roots: parts of an act that is elsewhere have ids under each root, which no version changes") {
  const std::int64_t now = SystemClock().unix_seconds();
  event::Transaction part = taking_back(tickets("", {1}), "9/return", "9");
  part.lines[0].reversed_line = 2;
  const auto ids = [&](const std::vector<std::int64_t>& begins) {
    const test::TempDir folder;
    Device device(folder.path(), settings_with(root_text(4, "a", begins) + root_text(6, "b")));
    const auto taken = answer_of(device, part);
    REQUIRE(taken.reversals.size() == 2);
    const auto cause = claim::make_event_hash(crypto::hasher(), "a/till-1", "9/return");
    std::vector<claim::ClaimId> made;
    for (std::size_t i = 0; i < 2; ++i) {
      made.push_back(ClaimAt(device.reader(), taken.reversals[i].seq).claim.id);
      CHECK(made.back() == identity::reversal_id(device.settings().roots[i], {"trip", "till-1", "9", 2}, cause, true));
    }
    // Once the sale comes, what is left of it is what was not taken yet, under whichever root.
    const auto sale = answer_of(device, tickets("9", {5, 3}), "b");
    REQUIRE(sale.claims.size() == 2);
    event::Transaction rest = taking_back(tickets("", {9}), "9/rest", "9");
    rest.lines[0].reversed_line = 2;
    const auto last = answer_of(device, rest);
    REQUIRE(last.reversals.size() == 1);
    CHECK(last.reversals[0].taken_back.front().value == 2);
    return made;
  };
  CHECK(ids({0}) == ids({0, now - 100 * 24 * kHour}));
}

TEST_CASE("roots: a part of a claim that is here has the id that any other till gives it") {
  const test::TempDir folder;
  Device device(folder.path(), settings_with(root_text(4, "a") + root_text(6, "b")));
  const auto sale = answer_of(device, tickets("9", {5, 3}), "b");
  REQUIRE(sale.claims.size() == 2);
  // The refund comes over the API, whose root is another; the act is the sale's.
  const auto taken = answer_of(device, taking_back(tickets("", {6}), "9/return", "9"));
  REQUIRE(taken.reversals.size() == 2);
  const ClaimAt part(device.reader(), taken.reversals[1].seq);
  const auto cause = claim::make_event_hash(crypto::hasher(), "a/till-1", "9/return");
  CHECK(part.claim.id == identity::reversal_id(device.settings().roots[1], {"trip", "till-1", "9", 2}, cause, false));
  CHECK(list_of(part.as<claim::Reversal>().nullifiers) == of_claim(device, sale.claims[1].seq));
}

TEST_CASE("roots: a later assignment begins a chain that names the one before, and goes on with it") {
  const test::TempDir folder;
  claim::ChainHead old;
  {
    Device device(folder.path(), settings_with(root_text(4, "a")));
    REQUIRE(answer_of(device, ride("1")).claims.size() == 1);
    const ClaimAt start(device.reader(), 1);
    CHECK(start.as<claim::Start>().reason == claim::StartReason::new_chain);
    CHECK(start.as<claim::Start>().assignment == 1);
    CHECK(start.claim.site == "s1");
    CHECK(device.reader().chain().value()->assignment == 1);
    old = device.reader().chain().value()->head;
  }
  claim::ChainId chain{};
  {
    Device device(folder.path(), settings_with(root_text(4, "a") + root_text(5, "b"), 3));
    chain = device.reader().chain().value()->head.chain;
    CHECK(chain != old.chain);
    const ClaimAt start(device.reader(), 1);
    const auto& entry = start.as<claim::Start>();
    CHECK(entry.reason == claim::StartReason::other_assignment);
    CHECK(entry.assignment == 3);
    REQUIRE(entry.predecessor.has_value());
    CHECK(entry.predecessor->device == "device-1");
    CHECK(entry.predecessor->chain == old.chain);
    CHECK(entry.predecessor->last_seq == 2);
    CHECK(entry.predecessor->payload_hash == old.payload_hash);
    CHECK(start.claim.site == "s3");
    CHECK(device.log().count("the settings name assignment 3") == 1);
    // What the old chain claimed is known, and taken back from the new one.
    CHECK(answer_of(device, ride("1")).repeated);
    CHECK(answer_of(device, cancelled("1/cancelled", "1")).reversals.size() == 1);
    CHECK(answer_of(device, ride("2")).claims.size() == 1);
    CHECK(device.reader().claim(old.chain, 2).value().has_value());
    CHECK(test::check_chain(device.reader()) == 3);
  }
  {
    Device again(folder.path(), settings_with(root_text(4, "a"), 3));
    REQUIRE(again.opened().ok());
    CHECK(again.reader().chain().value()->head.chain == chain);
  }
  Device left(folder.path(), settings_with(root_text(4, "a"), 2));
  REQUIRE_FALSE(left.opened().ok());
  CHECK(left.opened().error().code == ErrorCode::conflict);
  CHECK(left.opened().error().message.find("begun under assignment 3, and the settings name 2") != std::string::npos);
}

}  // namespace greentill::roots_test
