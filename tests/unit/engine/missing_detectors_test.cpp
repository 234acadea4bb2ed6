// SPDX-License-Identifier: Apache-2.0
#include "daemon/engine/missing_detectors.hpp"

#include "tests/unit/engine/fixture.hpp"

namespace greentill::engine {

using test::Device;
using test::ride;
using test::tickets;

namespace {

const std::vector<detect::Absent> kStarting{{"ride"}};
const std::vector<detect::Absent> kLost{{"ride", true}};
const std::vector<detect::Absent> kGone{{"ride", false, true}};

struct Bench {
  test::TempDir folder;
  Device device{folder.path()};

  Result<event::TransactionAnswer> sell(const event::Transaction& transaction) { return device.submit(transaction).get(); }
  /// As the source "rides" hands it in.
  Result<event::TransactionAnswer> offer(const event::Transaction& transaction) {
    return device.submit(transaction, outbox::SourceRecord{"rides", "after " + transaction.event_id}).get();
  }
  /// As the source does where it was refused.
  void begin_anew() { device.engine().resume("rides"); }
  std::string position() { return device.reader().position("rides").value(); }
  std::vector<std::string> guarded() {
    std::vector<std::string> reasons;
    REQUIRE(device.reader().for_each_guarded({}, 100, [&](const auto& act) { reasons.push_back(act.reason); }).ok());
    return reasons;
  }
};

const std::string kFree = "not looked at by 'ride': its id stays free, so that it can be reported again";

}  // namespace

TEST_CASE("absence: a source's record waits for a detector that is away, and what follows it too") {
  Bench bench;
  REQUIRE(bench.offer(ride("1")).ok());
  bench.device.detectors().absent = kStarting;
  for (const char* id : {"2", "3"}) {
    const auto refused = bench.offer(ride(id));
    REQUIRE_FALSE(refused.ok());
    CHECK(refused.error().code == ErrorCode::unavailable);
  }
  CHECK(bench.device.detectors().calls == 2);  // what comes behind is not even looked at
  CHECK(bench.position() == "after 1");
  bench.device.detectors().absent.clear();
  bench.begin_anew();
  for (const char* id : {"2", "3"}) CHECK(bench.offer(ride(id))->claims.size() == 1);
  CHECK(bench.position() == "after 3");
  CHECK(bench.guarded().empty());
  CHECK(test::check_chain(bench.device.reader()) == 4);
}

TEST_CASE("absence: a detector that is away for long keeps no source, and what it did not look at is kept for people to see") {
  Bench bench;
  bench.device.detectors().absent = kGone;
  const auto passed = bench.offer(ride("1"));
  REQUIRE(passed.ok());
  CHECK(passed->claims.empty());
  CHECK(bench.position() == "after 1");
  CHECK(bench.guarded() == std::vector{kFree});
  // One that will come is waited for, also beside one that will not.
  bench.device.detectors().absent = {{"ride", false, true}, {"rules"}};
  CHECK_FALSE(bench.offer(ride("2")).ok());
}

TEST_CASE("absence: a record that its detector is lost over again and again does not keep its source for ever") {
  Bench bench;
  unsigned refused = 0;
  for (; refused < 20; ++refused) {
    bench.device.detectors().absent = kLost;
    if (bench.offer(ride("bad")).ok()) break;
    bench.device.detectors().absent = kStarting;  // which says nothing about the record
    bench.begin_anew();
    REQUIRE_FALSE(bench.offer(ride("bad")).ok());
    bench.begin_anew();
  }
  CHECK(refused == 4);
  CHECK(bench.position() == "after bad");
  CHECK(bench.guarded() == std::vector{kFree});
  bench.device.detectors().absent = kLost;
  CHECK_FALSE(bench.offer(ride("next")).ok());  // which has its own tries
}

TEST_CASE("absence: a sale is answered, says who is away, and leaves its id free to be reported again") {
  Bench bench;
  bench.device.detectors().absent = kLost;
  const auto answer = bench.sell(ride("1"));
  REQUIRE(answer.ok());
  CHECK_FALSE(answer->repeated);
  CHECK(answer->claims.empty());
  CHECK(answer->remark == kFree);
  CHECK(bench.guarded() == std::vector{kFree});
  bench.device.detectors().absent.clear();
  const auto again = bench.sell(ride("1"));
  REQUIRE(again.ok());
  CHECK_FALSE(again->repeated);
  CHECK(again->claims.size() == 1);
  CHECK(again->remark.empty());
  CHECK(test::check_chain(bench.device.reader()) == 2);
}

TEST_CASE("absence: what other detectors found is claimed and remembered, and that one was away is kept") {
  Bench bench;
  bench.device.detectors().absent = kStarting;
  const auto answer = bench.sell(tickets("1", {1}));
  REQUIRE(answer.ok());
  CHECK(answer->claims.size() == 1);
  CHECK(answer->remark == "not looked at by 'ride', by others only");
  CHECK(bench.guarded() == std::vector{answer->remark});
  bench.device.detectors().absent.clear();
  CHECK(bench.sell(tickets("1", {1}))->repeated);
}

TEST_CASE("absence: what comes back in part is not taken for nothing, but has to be reported again") {
  Bench bench;
  REQUIRE(bench.sell(ride("1"))->claims.size() == 1);
  REQUIRE(bench.offer(ride("2"))->claims.size() == 1);
  bench.device.detectors().absent = kGone;
  const auto part = test::taking_back(ride("1", 500), "back-1", "1");
  const auto refused = bench.sell(part);
  REQUIRE_FALSE(refused.ok());
  CHECK(refused.error().code == ErrorCode::unavailable);
  CHECK(refused.error().message == "not looked at by 'ride': it has to be reported again");
  // What names all of a transaction needs no detector.
  event::Transaction whole = test::taking_back(ride("1"), "back-all", "2");
  whole.issuer = "dock-1";
  whole.quantities.clear();
  CHECK(bench.sell(whole)->reversals.size() == 1);

  bench.device.detectors().absent.clear();
  CHECK(bench.sell(part)->reversals.size() == 1);
  CHECK(bench.guarded().empty());
}

TEST_CASE("absence: what a source reports as taken back waits as well, and for no detector that is away for long") {
  Bench bench;
  REQUIRE(bench.offer(ride("1"))->claims.size() == 1);
  const auto part = test::taking_back(ride("1", 500), "back-1", "1");
  bench.device.detectors().absent = kStarting;
  CHECK_FALSE(bench.offer(part).ok());
  bench.begin_anew();
  bench.device.detectors().absent = kGone;
  const auto passed = bench.offer(part);
  REQUIRE(passed.ok());
  CHECK(passed->reversals.empty());
  CHECK(bench.position() == "after back-1");
  CHECK(bench.guarded() == std::vector{kFree});
  bench.device.detectors().absent.clear();
  CHECK(bench.sell(part)->reversals.size() == 1);
}

}  // namespace greentill::engine
