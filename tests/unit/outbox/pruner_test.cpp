// SPDX-License-Identifier: Apache-2.0
#include "daemon/outbox/pruner.hpp"

#include <doctest/doctest.h>

#include <atomic>
#include <future>
#include <mutex>
#include <vector>

#include "daemon/base/calendar.hpp"
#include "daemon/base/stderr_log.hpp"
#include "tests/support/set_clock.hpp"
#include "tests/support/strand.hpp"
#include "tests/support/wait.hpp"

namespace greentill::outbox {
namespace {

constexpr std::int64_t kNow = 1'800'000'000;

/// Has so many claims to delete, and remembers what it was asked.
class PrunableWriter : public outbox::Writer {
 public:
  Result<std::optional<outbox::TransactionRecord>> find(const outbox::TransactionKey&) override {
    return std::optional<outbox::TransactionRecord>();
  }
  Status begin_chain(const claim::ChainId&, const outbox::Unit&) override { return Done{}; }
  Status keep_settings_number(std::uint64_t) override { return Done{}; }
  Status commit(std::span<const outbox::Unit* const>) override { return fail(ErrorCode::full, "the disk is full"); }
  Result<outbox::AppliedReceipt> apply(const claim::Receipt&, const outbox::Reception&) override {
    return outbox::AppliedReceipt{};
  }
  Status repair(const outbox::Repair&, outbox::Remaker&, std::int64_t) override { return Done{}; }
  Result<std::size_t> prune(const outbox::PruneBefore& before, std::size_t limit) override {
    const std::lock_guard guard(mutex_);
    asked_.push_back(before);
    const std::size_t pruned = std::min(left_, limit);
    left_ -= pruned;
    return pruned;
  }
  void fill(std::size_t claims) {
    const std::lock_guard guard(mutex_);
    left_ = claims;
  }
  std::size_t left() {
    const std::lock_guard guard(mutex_);
    return left_;
  }
  std::vector<outbox::PruneBefore> asked() {
    const std::lock_guard guard(mutex_);
    return asked_;
  }

 private:
  std::mutex mutex_;
  std::size_t left_ = 0;
  std::vector<outbox::PruneBefore> asked_;
};

/// Runs the work at once, as an idle writer does.
class IdleQueue : public WriteQueue {
 public:
  explicit IdleQueue(Writer& writer) : writer_(writer) {}
  void enqueue(std::function<void(Writer&)> work) override { work(writer_); }

 private:
  Writer& writer_;
};

struct Bench {
  Bench(std::int64_t keep_days, std::chrono::milliseconds every) {
    pruner.emplace(strand, queue, clock, log, keep_days * kSecondsADay, every);
  }
  ~Bench() {
    strand.run_here([this] { pruner->stop(); });
  }

  test::SetClock clock{kNow, true};
  StderrLog log{LogLevel::error};
  PrunableWriter writer;
  IdleQueue queue{writer};
  std::optional<Pruner> pruner;
  test::TestStrand strand;  ///< ends before what its work calls
};

}  // namespace

TEST_CASE("pruner: what is old enough goes at once, however much it is") {
  Bench bench(90, std::chrono::milliseconds(20));
  bench.writer.fill(5 * Pruner::kAtOnce + 7);
  bench.pruner->start();
  REQUIRE(test::eventually([&] { return bench.writer.left() == 0; }));
  for (const auto& before : bench.writer.asked()) CHECK(before.delivered == kNow - 90 * 86'400);
  const std::size_t rounds = bench.writer.asked().size();
  CHECK(test::eventually([&] { return bench.writer.asked().size() > rounds + 1; }));  // and goes on looking
}

TEST_CASE("pruner: a full disk takes delivered claims before their time") {
  Bench bench(90, std::chrono::hours(1));
  bench.writer.fill(2 * Pruner::kAtOnce);
  bench.pruner->make_room();
  CHECK(test::eventually([&] { return bench.writer.left() == 0; }));
  CHECK(bench.writer.asked().front().delivered == kNow - 86'400);
  CHECK(bench.writer.asked().front().side == kNow - 90 * 86'400);
}

TEST_CASE("pruner: a clock that nobody keeps makes nothing old by itself") {
  Bench bench(90, std::chrono::milliseconds(20));
  bench.clock.kept = false;
  bench.pruner->start();
  REQUIRE(test::eventually([&] { return bench.writer.asked().size() > 1; }));
  for (const auto& before : bench.writer.asked()) CHECK(before.delivered < 0);

  // The service's time, and what has passed since; never more than the clock shows.
  const auto asks = [&](std::int64_t now) {
    const outbox::PruneBefore wanted{now - 90 * 86'400, now - 90 * 86'400};
    return test::eventually([&] {
      const outbox::PruneBefore last = bench.writer.asked().back();
      return last.delivered == wanted.delivered && last.side == wanted.side;
    });
  };
  bench.clock.since_boot = 500;
  bench.pruner->heard(kNow - 200 * 86'400);
  CHECK(asks(kNow - 200 * 86'400));
  bench.clock.since_boot = 560;
  CHECK(asks(kNow - 200 * 86'400 + 60));
  bench.pruner->heard(kNow + 86'400);
  CHECK(asks(kNow));
}

TEST_CASE("pruner: on a full disk what was delivered goes by whatever clock there is, side records does not") {
  Bench bench(90, std::chrono::hours(1));
  bench.clock.kept = false;
  bench.writer.fill(1);
  bench.pruner->make_room();
  CHECK(test::eventually([&] { return bench.writer.left() == 0; }));
  CHECK(bench.writer.asked().front().delivered == kNow - 86'400);
  CHECK(bench.writer.asked().front().side < 0);
}

TEST_CASE("pruner: a stopped one asks for nothing") {
  Bench bench(90, std::chrono::milliseconds(1));
  bench.strand.run_here([&] { bench.pruner->stop(); });
  bench.writer.fill(1);
  bench.pruner->start();
  bench.pruner->make_room();
  std::promise<void> later;  // behind what start() put off
  bench.strand.post_after(std::chrono::milliseconds(1), [&] { later.set_value(); });
  later.get_future().wait();
  CHECK(bench.writer.asked().empty());
}

}  // namespace greentill::outbox
