// SPDX-License-Identifier: Apache-2.0
// A repair by the engine: signed, in one piece, and in its place between the sales.
#include <doctest/doctest.h>

#include <future>

#include "daemon/base/hex.hpp"
#include "tests/unit/engine/fixture.hpp"

namespace greentill::engine::repair_test {
namespace {

using test::ClaimAt;
using test::Device;
using test::ride;
using test::tickets;

event::TransactionAnswer answer_of(Device& device, const event::Transaction& transaction) {
  auto answer = device.submit(transaction).get();
  REQUIRE_MESSAGE(answer.ok(), (answer.ok() ? "" : answer.error().message));
  return *answer;
}

const claim::ChainHead kElsewhere{claim::ChainId{9}, 77, Digest{7}};

std::future<Status> repair(Device& device, const outbox::Repair& what = {kElsewhere, false, 1}) {
  auto promise = std::make_shared<std::promise<Status>>();
  device.engine().repair(what, [promise](const Status& done) { promise->set_value(done); });
  return promise->get_future();
}

event::Transaction bearers(const std::string& event) {
  event::Transaction trip = ride(event);
  trip.bearer = true;
  return trip;
}

}  // namespace

TEST_CASE("repair: the chain begins anew behind the service's head, with the same acts under new ids and their own times") {
  const test::TempDir folder;
  Device device(folder.path());
  const auto first = answer_of(device, ride("1"));
  const auto second = answer_of(device, ride("2", 3000));
  const ClaimAt before(device.reader(), 3);
  REQUIRE(repair(device).get().ok());

  CHECK(test::check_chain(device.reader()) == 3);
  const ClaimAt start(device.reader(), 1);
  CHECK(start.as<claim::Start>().reason == claim::StartReason::store_went_back);
  CHECK(start.as<claim::Start>().predecessor->chain == kElsewhere.chain);
  CHECK(start.as<claim::Start>().predecessor->last_seq == 77);
  CHECK(start.as<claim::Start>().predecessor->payload_hash == kElsewhere.payload_hash);
  CHECK(start.as<claim::Start>().predecessor->device == "device-1");
  CHECK(start.as<claim::Start>().assignment == 1);
  const ClaimAt anew(device.reader(), 3);
  CHECK(anew.claim.id != before.claim.id);
  CHECK(anew.claim.issued_at == before.claim.issued_at);
  CHECK(anew.claim.boot == before.claim.boot);
  CHECK(anew.claim.uptime_s == before.claim.uptime_s);
  const auto& was = before.as<claim::Reduction>();
  const auto& is = anew.as<claim::Reduction>();
  CHECK(test::list_of(is.nullifiers) == test::list_of(was.nullifiers));
  CHECK(is.credited_mg == was.credited_mg);
  CHECK(is.begin == was.begin);
  CHECK(is.methodology.sha256 == was.methodology.sha256);

  // Sales go on, what was reported is known, and its answer names the claim as it is now.
  CHECK(answer_of(device, ride("3")).claims[0].seq == 4);
  const auto again = answer_of(device, ride("2", 3000));
  CHECK(again.repeated);
  CHECK(again.claims[0].seq == 3);
  CHECK(again.claims[0].id == anew.claim.id);
  CHECK(again.claims[0].id != second.claims[0].id);
  CHECK(test::check_chain(device.reader()) == 4);
  CHECK(device.reader().totals(0).value().back().claims == 3);
}

TEST_CASE("repair: a customer's printed secret still belongs to the claim, which its later answers show") {
  const test::TempDir folder;
  Device device(folder.path());
  const auto sold = answer_of(device, bearers("1"));
  REQUIRE(sold.claims[0].bearer_secret.size() == 32);
  REQUIRE(repair(device).get().ok());
  REQUIRE(repair(device, {{claim::ChainId{8}, 5, Digest{5}}, false, 1}).get().ok());
  const auto again = answer_of(device, bearers("1"));
  CHECK(again.repeated);
  CHECK(again.claims[0].bearer_secret == sold.claims[0].bearer_secret);
  const std::vector<std::uint8_t> secret = from_hex(sold.claims[0].bearer_secret).value();
  const ClaimAt anew(device.reader(), again.claims[0].seq);
  CHECK(anew.claim.id == again.claims[0].id);
  CHECK(anew.as<claim::Reduction>().attribution.hash == crypto::hasher().sha256({secret}));
}

TEST_CASE("repair: a reversal names its claim's new id, a part keeps its own, and later refunds find the new claim") {
  const test::TempDir folder;
  Device device(folder.path());
  REQUIRE(answer_of(device, tickets("7", {4})).claims.size() == 1);
  const auto part = answer_of(device, test::taking_back(tickets("7/1", {1}), "7/1", "7"));
  REQUIRE(part.reversals.size() == 1);
  REQUIRE(answer_of(device, ride("1")).claims.size() == 1);
  const auto undone = device.undo(4).get();
  REQUIRE(undone.ok());
  REQUIRE(repair(device).get().ok());
  CHECK(test::check_chain(device.reader()) == 5);

  const ClaimAt sold(device.reader(), 2);
  const ClaimAt returned(device.reader(), 3);
  CHECK(returned.claim.id == part.reversals[0].id);
  CHECK(returned.as<claim::Reversal>().claim == sold.claim.id);
  const ClaimAt ridden(device.reader(), 4);
  const ClaimAt whole(device.reader(), 5);
  CHECK(whole.claim.id != undone->reversals[0].id);
  CHECK(whole.as<claim::Reversal>().claim == ridden.claim.id);

  // What was taken back stays taken: three are left, and no more.
  const auto rest = answer_of(device, test::taking_back(tickets("7/2", {9}), "7/2", "7"));
  REQUIRE(rest.reversals.size() == 1);
  CHECK(rest.reversals[0].of_seq == 2);
  CHECK(rest.reversals[0].taken_back[0].value == 3);
  const ClaimAt taken(device.reader(), rest.reversals[0].seq);
  CHECK(taken.as<claim::Reversal>().claim == sold.claim.id);
}

TEST_CASE("repair: what is sold before it is in the old chain, and what is sold meanwhile waits for the new one") {
  const test::TempDir folder;
  Device device(folder.path());
  std::promise<void> within;
  std::promise<void> go_on;
  device.writer().gate = [&] {
    within.set_value();
    go_on.get_future().wait();
  };
  auto before = device.submit(ride("1"));
  auto repaired = repair(device);
  within.get_future().wait();
  CHECK(before.get().value().claims[0].seq == 2);
  auto meanwhile = device.submit(ride("2"));
  auto taken_back = device.submit(test::taking_back(ride("2/1"), "2/1", "2"));
  CHECK(meanwhile.wait_for(std::chrono::seconds(0)) == std::future_status::timeout);
  CHECK(repair(device).get().error().code == ErrorCode::unavailable);  // one at a time
  go_on.set_value();
  REQUIRE(repaired.get().ok());
  CHECK(meanwhile.get().value().claims[0].seq == 3);
  CHECK(taken_back.get().value().reversals.size() == 1);
  CHECK(test::check_chain(device.reader()) == 4);
}

TEST_CASE("repair: where the disk is full nothing changes, sales go on, and the next try goes through") {
  const test::TempDir folder;
  Device device(folder.path());
  REQUIRE(answer_of(device, ride("1")).claims.size() == 1);
  const claim::ChainId chain = device.reader().chain().value()->head.chain;
  device.writer().full = true;
  CHECK(repair(device).get().error().code == ErrorCode::full);
  device.writer().full = false;
  CHECK(answer_of(device, ride("2")).claims[0].seq == 3);
  CHECK(device.reader().chain().value()->head.chain == chain);
  REQUIRE(repair(device).get().ok());
  CHECK(device.reader().chain().value()->head.chain != chain);
  CHECK(test::check_chain(device.reader()) == 3);
}

TEST_CASE("repair: evidence that does not fit beside a longer place stands as its hash") {
  const test::TempDir folder;
  Device device(folder.path());
  device.detectors().evidence.assign(claim::kMaxEvidenceBytes, 7);
  event::Transaction trip = ride("1");
  REQUIRE(answer_of(device, trip).claims.size() == 1);
  const ClaimAt before(device.reader(), 2);
  REQUIRE(repair(device).get().ok());
  const ClaimAt anew(device.reader(), 2);
  const auto& was = before.as<claim::Reduction>().evidence;
  const auto& is = anew.as<claim::Reduction>().evidence;
  REQUIRE(is.has_value());
  if (is->kind == was->kind) {
    CHECK(std::ranges::equal(is->bytes, was->bytes));
  } else {
    CHECK(std::ranges::equal(is->bytes, crypto::hasher().sha256({was->bytes})));
  }
}

TEST_CASE("repair: lost claims of the chain before are declared in the newest, once") {
  const test::TempDir folder;
  Device device(folder.path());
  REQUIRE(answer_of(device, ride("1")).claims.size() == 1);
  std::promise<Status> declared;
  device.engine().declare_lost(claim::ChainId{9}, 5, 8, [&](const Status& done) { declared.set_value(done); });
  REQUIRE(declared.get_future().get().ok());
  const ClaimAt gap(device.reader(), 3);
  CHECK(gap.as<claim::Gap>().chain == claim::ChainId{9});
  CHECK(gap.as<claim::Gap>().first == 5);
  CHECK(gap.as<claim::Gap>().last == 8);
  CHECK(device.reader().chains().value()[0].declared);
  CHECK(answer_of(device, ride("2")).claims[0].seq == 4);
  CHECK(test::check_chain(device.reader()) == 4);
}

}  // namespace greentill::engine::repair_test
