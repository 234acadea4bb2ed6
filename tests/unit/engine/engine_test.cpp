// SPDX-License-Identifier: Apache-2.0
#include "daemon/engine/engine.hpp"

#include "daemon/engine/front.hpp"
#include "daemon/event/check.hpp"
#include "daemon/event/transaction_key.hpp"
#include "tests/support/wait.hpp"
#include "tests/unit/engine/fixture.hpp"

namespace greentill::engine {

using test::Device;
using test::ride;

TEST_CASE("engine: a ride becomes a claim, and is answered once it is durable") {
  const test::TempDir folder;
  Device device(folder.path());
  const auto answer = device.submit(ride("1")).get();
  REQUIRE(answer.ok());
  REQUIRE(answer->claims.size() == 1);
  CHECK_FALSE(answer->repeated);
  CHECK(answer->claims[0].seq == 2);
  CHECK(answer->claims[0].activity == "ride.bike.shared");
  CHECK(answer->claims[0].estimate_mg == 93'771);
  CHECK(device.reader().claim(2).value().has_value());
  CHECK(test::check_chain(device.reader()) == 2);
}

TEST_CASE("engine: the chain's start is as old as it is, so that it is pruned in its time and not at once") {
  const test::TempDir folder;
  const std::int64_t before = SystemClock().unix_seconds();
  Device device(folder.path());
  CHECK(device.reader().claim(1).value()->recorded_at >= before);
}

TEST_CASE("engine: a transaction reported again is answered as the first time") {
  const test::TempDir folder;
  event::Transaction trip = ride("1");
  trip.bearer = true;
  Result<event::TransactionAnswer> first = fail(ErrorCode::bug, "");
  {
    Device device(folder.path());
    first = device.submit(trip).get();
    REQUIRE(first.ok());
    CHECK(first->claims.at(0).bearer_secret.size() == 32);
    const auto again = device.submit(trip).get();
    REQUIRE(again.ok());
    CHECK(again->repeated);
    CHECK(again->claims.at(0).bearer_secret == first->claims[0].bearer_secret);
  }
  Device restarted(folder.path());
  const auto again = restarted.submit(trip).get();
  REQUIRE(again.ok());
  CHECK(again->repeated);
  CHECK(again->claims.at(0).id == first->claims[0].id);
  CHECK(again->claims[0].credited_mg == first->claims[0].credited_mg);
  CHECK(again->claims[0].bearer_secret == first->claims[0].bearer_secret);
  CHECK(test::check_chain(restarted.reader()) == 2);
}

TEST_CASE("engine: the same transaction reported many times at once makes one claim") {
  const test::TempDir folder;
  Device device(folder.path());
  std::vector<std::future<Result<event::TransactionAnswer>>> answers;
  for (int i = 0; i < 200; ++i) answers.push_back(device.submit(ride(std::to_string(i % 5))));
  std::size_t repeated = 0;
  for (auto& future : answers) {
    const auto answer = future.get();
    REQUIRE(answer.ok());
    CHECK(answer->claims.size() == 1);
    repeated += answer->repeated ? 1 : 0;
  }
  CHECK(repeated == 195);
  CHECK(test::check_chain(device.reader()) == 6);
}

TEST_CASE("engine: a transaction without a green act is kept as such and says so again") {
  const test::TempDir folder;
  Device device(folder.path());
  event::Transaction moved = ride("1", 20);
  const auto answer = device.submit(moved).get();
  REQUIRE(answer.ok());
  CHECK(answer->claims.empty());
  REQUIRE(answer->unclaimed.size() == 1);
  CHECK(answer->unclaimed[0].reason.find("less than the least") != std::string::npos);
  const auto again = device.submit(moved).get();
  REQUIRE(again.ok());
  CHECK(again->repeated);
  CHECK(again->claims.empty());
}

TEST_CASE("engine: a source's position is durable together with its transaction, a repeated or wrong one included") {
  const test::TempDir folder;
  Device device(folder.path());
  REQUIRE(device.submit(ride("1"), outbox::SourceRecord{"rides", "after 1"}).get().ok());
  CHECK(device.reader().position("rides").value() == "after 1");
  REQUIRE(device.submit(ride("1"), outbox::SourceRecord{"rides", "after 2"}).get().ok());
  CHECK(device.reader().position("rides").value() == "after 2");
  event::Transaction wrong = ride("3");
  wrong.end = wrong.begin - 1;
  const auto refused = device.submit(wrong, outbox::SourceRecord{"rides", "after 3"}).get();
  REQUIRE_FALSE(refused.ok());
  CHECK(refused.error().code == ErrorCode::invalid);
  CHECK(device.reader().position("rides").value() == "after 3");
  event::Transaction vast = ride("4");
  vast.quantities.push_back({std::string(33, 'u'), 1});  // no claim holds such a unit
  const auto unfit = device.submit(vast, outbox::SourceRecord{"rides", "after 4"}).get();
  REQUIRE_FALSE(unfit.ok());
  CHECK(unfit.error().code == ErrorCode::invalid);
  CHECK(device.reader().position("rides").value() == "after 4");
  CHECK(device.submit(ride("5"), outbox::SourceRecord{"rides", "after 5"}).get().ok());
}

TEST_CASE("engine: a record that stands twice does not set its source back behind those that follow it") {
  const test::TempDir folder;
  Device device(folder.path());
  std::vector<std::promise<Status>> stored(12);
  for (std::size_t i = 0; i < stored.size(); ++i) {
    const std::string id = std::to_string(i == 1 ? 0 : i);
    device.engine().submit(
        ride(id), outbox::SourceRecord{"rides", "after " + std::to_string(i)},
        [&stored, i](const auto& answer) { stored[i].set_value(answer ? Status(Done{}) : Status(Failure{answer.error()})); });
  }
  device.engine().committer().hand_over();
  for (auto& one : stored) CHECK(one.get_future().get().ok());
  CHECK(device.reader().position("rides").value() == "after 11");
  CHECK(test::check_chain(device.reader()) == stored.size());
}

TEST_CASE("engine: what is dated in the future is guarded and its id left free, where the clock can be relied on") {
  const test::TempDir folder;
  Device device(folder.path());
  event::Transaction late = ride("1");
  const std::int64_t now = SystemClock().unix_seconds();
  late.begin = now + 2 * 86'400;
  late.end = late.begin + 600;
  const auto doubted = device.submit(late).get();
  REQUIRE(doubted.ok());
  CHECK(doubted->claims.empty());
  CHECK(doubted->remark.find("in the future") != std::string::npos);
  std::string reason;
  REQUIRE(device.reader().for_each_guarded({}, 10, [&](const auto& act) { reason = act.reason; }).ok());
  CHECK(reason == doubted->remark);

  late.begin = now + 3600;  // within what a till's clock may be off
  late.end = late.begin + 600;
  CHECK(device.submit(late).get()->claims.size() == 1);
  event::Transaction free = ride("2");
  free.begin = now + 2 * 86'400;
  free.end = free.begin + 600;
  device.clock().kept = false;
  CHECK(device.submit(free).get()->claims.size() == 1);
}

TEST_CASE("engine: no secret is made that no link would take to the customer") {
  const test::TempDir folder;
  Device device(folder.path(), false);
  event::Transaction trip = ride("1");
  trip.bearer = true;
  const auto answer = device.submit(trip).get();
  REQUIRE(answer.ok());
  CHECK(answer->claims.at(0).bearer_secret.empty());
  CHECK(answer->remark.find("api.claim_link") != std::string::npos);
  const auto stored = device.reader().claim(2);
  const auto message = claim::parse_message((*stored)->message, claim::MessageType::claim);
  const auto claim = claim::parse_payload(message->payload);
  CHECK(std::get<claim::Reduction>(claim->entry).attribution.kind == claim::Attribution::Kind::none);
}

TEST_CASE("engine: a full disk refuses, keeps nothing half-written, and the chain goes on when there is room") {
  const test::TempDir folder;
  Device device(folder.path());
  REQUIRE(device.submit(ride("before")).get().ok());
  device.writer().full = true;
  std::vector<std::future<Result<event::TransactionAnswer>>> refused;
  for (int i = 0; i < 50; ++i) refused.push_back(device.submit(ride("full-" + std::to_string(i))));
  for (auto& future : refused) CHECK_FALSE(future.get().ok());
  // Answers do not wait for the engine's turn, in which the trouble is noted.
  CHECK(test::eventually([&] { return !device.engine().trouble().empty(); }));
  CHECK(test::check_chain(device.reader()) == 2);
  CHECK(device.full_disks() > 0);
  for (int i = 0; i < 5; ++i) CHECK_FALSE(device.submit(ride("full-" + std::to_string(i))).get().ok());
  CHECK(device.log().count("claims could not be stored: ") == 1);

  device.writer().full = false;
  // What was under way when the failure came may still be refused; a moment later nothing is.
  Result<event::TransactionAnswer> answer = fail(ErrorCode::bug, "");
  for (int i = 0; i < 100 && !answer.ok(); ++i) answer = device.submit(ride("full-0")).get();
  REQUIRE(answer.ok());
  CHECK_FALSE(answer->repeated);
  CHECK(test::check_chain(device.reader()) == 3);
  for (int i = 0; i < 100 && !device.engine().trouble().empty(); ++i) REQUIRE(device.submit(ride("full-0")).get().ok());
  CHECK(device.engine().trouble().empty());
  CHECK(test::eventually([&] { return device.log().count("claims are stored again") == 1; }));
}

TEST_CASE("engine: behind a commit that failed no record of a source is taken until that source begins anew") {
  const test::TempDir folder;
  Device device(folder.path());
  const auto submit = [&](const std::string& id, const std::string& source) {
    return device.submit(ride(id), outbox::SourceRecord{source, "after " + id}).get();
  };
  const auto resume = [&](const std::string& source) { device.engine().resume(source); };
  REQUIRE(submit("1", "rides").ok());
  REQUIRE(submit("a", "others").ok());
  device.writer().full = true;
  CHECK_FALSE(submit("2", "rides").ok());
  device.writer().full = false;
  REQUIRE(test::eventually([&] { return device.submit(ride("till")).get().ok(); }));
  for (const char* id : {"3", "4"}) {
    const auto answer = submit(id, "rides");
    REQUIRE_FALSE(answer.ok());
    CHECK(answer.error().code == ErrorCode::unavailable);
  }
  // What of the others was in the commit that failed is not looked at.
  const auto other = submit("b", "others");
  REQUIRE_FALSE(other.ok());
  CHECK(other.error().code == ErrorCode::unavailable);
  CHECK(other.error().message == "a commit failed meanwhile: its source goes on from its last durable position");
  resume("others");
  CHECK(submit("b", "others").ok());
  CHECK(device.reader().position("others").value() == "after b");
  CHECK(submit("x", "later").ok());  // a source that begins only now
  std::promise<Status> kept;
  device.engine().pass_over({"rides", "after 5"}, [&](const Status& status) { kept.set_value(status); });
  device.engine().committer().hand_over();
  CHECK_FALSE(kept.get_future().get().ok());
  CHECK(device.reader().position("rides").value() == "after 1");

  resume("rides");
  for (const char* id : {"2", "3", "4"}) CHECK(submit(id, "rides").ok());
  CHECK(device.reader().position("rides").value() == "after 4");
}

TEST_CASE("engine: many rides at once keep one unbroken chain") {
  const test::TempDir folder;
  Device device(folder.path());
  // The disk is busy until all have come: else how many of them share a commit is the scheduler's affair.
  std::promise<void> have_come;
  device.engine().committer().enqueue([&](outbox::Writer&) { have_come.get_future().wait(); });
  std::vector<std::future<Result<event::TransactionAnswer>>> answers;
  for (int i = 0; i < 1000; ++i) answers.push_back(device.submit(ride("r" + std::to_string(i), 500 + i)));
  have_come.set_value();
  for (auto& future : answers) REQUIRE(future.get().ok());
  CHECK(test::check_chain(device.reader()) == 1001);
  CHECK(device.writer().commits.load() < 100);
}

claim::Evidence::Kind evidence_kind(Device& device, std::uint64_t seq) {
  const auto stored = device.reader().claim(seq);
  REQUIRE((stored.ok() && *stored));
  const auto message = claim::parse_message((*stored)->message, claim::MessageType::claim);
  REQUIRE(message.ok());
  const auto parsed = claim::parse_payload(message->payload);
  REQUIRE(parsed.ok());
  const auto& evidence = std::get<claim::Reduction>(parsed->entry).evidence;
  REQUIRE(evidence);
  return evidence->kind;
}

TEST_CASE("engine: evidence is in the claim where it fits, else its hash, and the claims around it go on") {
  const test::TempDir folder;
  Device device(folder.path());
  event::Transaction large = ride("large");
  for (const char* unit : {"a", "b", "c", "d", "e"}) large.quantities.push_back({unit + std::string(31, '-'), 1LL << 40});
  // Around the size where the payload alone still fits, and the message does not.
  unsigned embedded = 0;
  unsigned hashed = 0;
  for (std::size_t evidence = 16; evidence <= claim::kMaxEvidenceBytes + 32; evidence += 16) {
    device.detectors().evidence.assign(evidence, 0x5a);
    large.event_id = "large-" + std::to_string(evidence);
    large.account_token = std::string(28, 't') + std::to_string(1000 + evidence);  // nobody rides thirty bikes at once
    const auto answer = device.submit(large).get();
    REQUIRE(answer.ok());
    REQUIRE(answer->claims.size() == 1);
    const bool whole = evidence_kind(device, answer->claims[0].seq) == claim::Evidence::Kind::embedded;
    ++(whole ? embedded : hashed);
    CHECK(whole == (hashed == 0));
    device.detectors().evidence.clear();
    CHECK(device.submit(ride("small-" + std::to_string(evidence))).get().ok());
  }
  CHECK(embedded > 10);
  CHECK(hashed > 2);
  CHECK(test::check_chain(device.reader()) == 1 + embedded + hashed + 30);
}

TEST_CASE("engine: of evidence that names a person the claim holds the hash alone") {
  const test::TempDir folder;
  Device device(folder.path());
  device.detectors().evidence.assign(16, 0x5a);
  event::Transaction personal = ride("personal");
  personal.evidence_is_personal = true;
  const auto open = device.submit(ride("open")).get();
  const auto closed = device.submit(personal).get();
  REQUIRE((open.ok() && closed.ok()));
  CHECK(evidence_kind(device, open->claims.at(0).seq) == claim::Evidence::Kind::embedded);
  CHECK(evidence_kind(device, closed->claims.at(0).seq) == claim::Evidence::Kind::hashed);
}

TEST_CASE("engine: sales of one till and of many at once make one chain") {
  const test::TempDir folder;
  Device device(folder.path());
  TillFront desk(device.engine());
  constexpr int kRides = 60;
  const auto till = [&](int number, int rides) {
    for (int i = 0; i < rides; ++i) {
      const auto answers = desk.submit({ride("r" + std::to_string(number) + "-" + std::to_string(i))});
      CHECK((answers.size() == 1 && answers[0].ok() && answers[0]->claims.size() == 1));
    }
  };
  till(0, kRides);
  CHECK(device.writer().commits == kRides + 0);  // each by itself, none waited for another
  std::vector<std::thread> tills;
  for (int number = 1; number <= 8; ++number) tills.emplace_back(till, number, kRides);
  for (std::thread& one : tills) one.join();
  CHECK(test::check_chain(device.reader()) == 1 + 9 * kRides);
}

TEST_CASE("engine: limits of a transaction are named by field") {
  event::Transaction trip = ride("1");
  trip.issuer = "";
  CHECK(event::check_transaction(trip).error().message.rfind("issuer:", 0) == 0);
  trip = ride(std::string(129, 'x'));
  CHECK(event::check_transaction(trip).error().message.rfind("event_id:", 0) == 0);
  trip = ride("1");
  trip.account_token = std::string(33, 't');
  CHECK(event::check_transaction(trip).error().message.rfind("account_token:", 0) == 0);
}

TEST_CASE("engine: issuer and event id are kept apart in the transaction's key") {
  CHECK(event::transaction_key("ab", "c") != event::transaction_key("a", "bc"));
  CHECK(event::transaction_key("a", "b") == event::transaction_key("a", "b"));
}

}  // namespace greentill::engine
