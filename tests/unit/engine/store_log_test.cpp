// SPDX-License-Identifier: Apache-2.0
#include "daemon/engine/store_log.hpp"

#include <utility>

#include "tests/unit/engine/fixture.hpp"

namespace greentill::engine {
namespace {

/// Its time passes when the test says so.
class MinuteStrand : public Executor {
 public:
  void post(std::function<void()> work) override { work(); }
  void post_after(std::chrono::milliseconds delay, std::function<void()> work) override {
    CHECK(delay == std::chrono::minutes(1));
    REQUIRE(!later_);
    later_ = std::move(work);
  }
  void pass_a_minute() {
    if (const auto work = std::exchange(later_, nullptr)) work();
  }

 private:
  std::function<void()> later_;
};

const Error kFull{ErrorCode::full, "the disk is full"};

TEST_CASE("store log: a line a minute while it fails, with how many more there were, and one when it works again") {
  MinuteStrand strand;
  test::KeepingLog log;
  StoreLog store(strand, log);
  store.worked();
  CHECK(log.lines().empty());
  for (int i = 0; i < 100; ++i) store.failed(kFull);
  CHECK(log.lines() == std::vector<std::string>{"claims could not be stored: the disk is full"});
  strand.pass_a_minute();
  CHECK(log.lines().size() == 2);
  CHECK(log.lines().back() == "claims could not be stored: the disk is full (99 times more in the last minute)");
  strand.pass_a_minute();
  strand.pass_a_minute();
  CHECK(log.lines().size() == 2);
  store.worked();
  store.worked();
  CHECK(log.lines().size() == 3);
  CHECK(log.lines().back() == "claims are stored again");
  store.failed(kFull);
  CHECK(log.lines().size() == 4);
}

TEST_CASE("store log: what fails and works by turns is held to lines a minute as well") {
  MinuteStrand strand;
  test::KeepingLog log;
  StoreLog store(strand, log);
  for (int i = 0; i < 50; ++i) {
    store.failed(kFull);
    store.worked();
  }
  CHECK(log.lines().size() == 2);
  strand.pass_a_minute();
  CHECK(log.lines().size() == 3);
  CHECK(log.lines().back() ==
        "claims could not be stored: the disk is full (49 times more in the last minute; claims are stored again)");
  strand.pass_a_minute();
  store.failed(kFull);
  CHECK(log.lines().size() == 4);
}

}  // namespace
}  // namespace greentill::engine
