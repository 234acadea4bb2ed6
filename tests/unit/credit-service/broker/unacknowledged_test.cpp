// SPDX-License-Identifier: Apache-2.0
// A worker at a broker that is slow to acknowledge its receipts.
#include <doctest/doctest.h>

#include "tests/support/wait.hpp"
#include "tests/unit/credit-service/running_worker.hpp"
#include "tests/unit/credit-service/stingy_broker.hpp"

using namespace greentill::test;
using namespace std::chrono_literals;

namespace {

constexpr int kQuestions = 600;
constexpr int kUnderway = 256;

}  // namespace

TEST_CASE("a worker has a bounded number of receipts under way, waits for room, and loses none") {
  Office office;
  StingyBroker broker("dock-7", kQuestions);
  RunningWorker worker(office, broker.uri(), "/nowhere");
  REQUIRE(eventually([&] { return broker.receipts() >= kUnderway; }));
  SUBCASE("as the broker acknowledges, the others go out") {
    broker.acknowledge(100);
    CHECK(eventually([&] { return broker.receipts() >= kUnderway + 100; }));
    broker.acknowledge(kQuestions);
    CHECK(eventually([&] { return broker.receipts() == kQuestions; }));
    CHECK(worker.stop());
  }
  SUBCASE("a stop ends the wait") {
    const auto begin = std::chrono::steady_clock::now();
    CHECK(worker.stop());
    CHECK(std::chrono::steady_clock::now() - begin < 20s);  // the broker's answers are waited for 40 s
  }
  SUBCASE("so does the connection's end") {
    broker.hang_up();
    CHECK(eventually([&] { return office.log.says("the connection was lost"); }));
    CHECK(worker.stop());
  }
  CHECK(broker.most_unacknowledged() == kUnderway);
  CHECK(office.log.count("could not be sent") == 0);
}
