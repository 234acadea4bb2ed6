// SPDX-License-Identifier: Apache-2.0
#include "daemon/engine/committer.hpp"

#include <atomic>
#include <future>

#include "daemon/base/stderr_log.hpp"
#include "tests/unit/engine/fixture.hpp"

namespace greentill::engine {
namespace {

/// Records what was asked of it, and can be made to wait.
class RecordingWriter : public outbox::Writer {
 public:
  Result<std::optional<outbox::TransactionRecord>> find(const outbox::TransactionKey&) override {
    return std::optional(outbox::TransactionRecord{7, 1, {}});
  }
  Status begin_chain(const claim::ChainId&, const outbox::Unit&) override {
    ++chains;
    return Done{};
  }
  Status keep_settings_number(std::uint64_t) override { return Done{}; }
  Status commit(std::span<const outbox::Unit* const> units) override {
    if (const auto once = std::exchange(gate, nullptr)) once();
    commits.push_back(units.size());
    by.push_back(std::this_thread::get_id());
    for (const outbox::Unit* unit : units) {
      for (const auto& claim : unit->claims) seqs.push_back(claim.seq);
    }
    return fail_next.exchange(false) ? Status(fail(ErrorCode::io, "the disk answered with an error")) : Status(Done{});
  }
  Result<outbox::AppliedReceipt> apply(const claim::Receipt&, const outbox::Reception&) override {
    return outbox::AppliedReceipt{};
  }
  Status repair(const outbox::Repair&, outbox::Remaker&, std::int64_t) override { return Done{}; }
  Result<std::size_t> prune(const outbox::PruneBefore&, std::size_t) override { return std::size_t{0}; }

  std::function<void()> gate;  ///< before the next commit
  int chains = 0;
  std::vector<std::size_t> commits;
  std::vector<std::thread::id> by;
  std::vector<std::uint64_t> seqs;
  std::atomic<bool> fail_next{false};
};

using Finished = std::function<void(const Status&)>;

std::unique_ptr<Job> job_with(std::uint64_t first_seq, std::size_t claims, std::uint64_t generation, Finished finished = {}) {
  auto job = std::make_unique<Job>();
  job->generation = generation;
  for (std::size_t i = 0; i < claims; ++i) job->unit.claims.push_back({first_seq + i, {}});
  job->answered = [finished](const auto& answer) {
    if (finished) finished(answer ? Status(Done{}) : Status(Failure{answer.error()}));
  };
  return job;
}

void answer_all(Committer::Jobs& jobs, const Status& status) {
  for (const auto& job : jobs) {
    job->answered(status ? Result<event::TransactionAnswer>(job->answer) : Failure{status.error()});
  }
}

/// Pushes a job and waits for it, as a till's request does.
void push_and_wait(Committer& committer, std::mutex& order, std::uint64_t& next, std::atomic<int>& stored) {
  Committer::Waiter waiter;
  {
    const std::lock_guard lock(order);
    committer.push(job_with(next++, 1, 1, [&](const Status& status) {
      stored += status ? 1 : 0;
      committer.complete(waiter);
    }));
  }
  committer.wait(waiter);
}

}  // namespace

TEST_CASE("committer: what was handed over is stored in the order it was pushed, and finished before the end") {
  RecordingWriter writer;
  std::uint64_t next = 1;
  {
    Committer committer(writer, answer_all);
    for (int i = 0; i < 100; ++i) {
      const std::size_t claims = static_cast<std::size_t>(i % 4);
      committer.push(job_with(next, claims, 1));
      if (i % 3 == 0) committer.hand_over();
      next += claims;
    }
  }
  REQUIRE(writer.seqs.size() == next - 1);
  for (std::size_t i = 0; i < writer.seqs.size(); ++i) CHECK(writer.seqs[i] == i + 1);
}

TEST_CASE("committer: what builds on a claim that could not be stored fails with it, the next generation goes on") {
  RecordingWriter writer;
  std::atomic<int> failed{0};
  std::atomic<int> stored{0};
  {
    Committer committer(writer, answer_all);
    writer.fail_next = true;
    for (int i = 0; i < 2000; ++i) {
      committer.push(
          job_with(static_cast<std::uint64_t>(i + 1), 1, 1, [&](const Status& status) { ++(status ? stored : failed); }));
      committer.hand_over();
    }
    committer.push(job_with(1, 1, 2, [&](const Status& status) { CHECK(status.ok()); }));
    committer.hand_over();
  }
  CHECK(failed == 2000);
  CHECK(stored == 0);
  CHECK(writer.seqs.back() == 1);
}

TEST_CASE("committer: a lone job is stored by the thread that waits for it") {
  RecordingWriter writer;
  Committer committer(writer, answer_all);
  std::mutex order;
  std::uint64_t next = 1;
  std::atomic<int> stored{0};
  for (int i = 0; i < 50; ++i) push_and_wait(committer, order, next, stored);
  CHECK(stored == 50);
  CHECK(writer.commits == std::vector<std::size_t>(50, 1));
  CHECK(writer.by == std::vector<std::thread::id>(50, std::this_thread::get_id()));
}

TEST_CASE("committer: what comes while one stores is stored together in the next commit, by one of those who wait") {
  constexpr std::size_t kFollowers = 7;
  RecordingWriter writer;
  Committer committer(writer, answer_all);
  std::mutex order;
  std::uint64_t next = 1;
  std::atomic<int> stored{0};
  std::promise<void> leading;
  std::promise<void> go_on;
  writer.gate = [&] {
    leading.set_value();
    go_on.get_future().wait();
  };
  std::thread leader([&] { push_and_wait(committer, order, next, stored); });
  leading.get_future().wait();
  std::vector<std::thread> followers;
  for (std::size_t i = 0; i < kFollowers; ++i) {
    followers.emplace_back([&] { push_and_wait(committer, order, next, stored); });
  }
  // All have pushed once they have counted up; those who have not come to wait yet need not be waited for.
  for (;;) {
    const std::lock_guard lock(order);
    if (next == kFollowers + 2) break;
  }
  go_on.set_value();
  leader.join();
  for (std::thread& one : followers) one.join();
  CHECK(stored == kFollowers + 1);
  CHECK(writer.commits == std::vector<std::size_t>{1, kFollowers});
  for (std::size_t i = 0; i < writer.seqs.size(); ++i) CHECK(writer.seqs[i] == i + 1);
}

TEST_CASE("committer: a lookup asks the idle writer, and the caller's reader while one stores") {
  RecordingWriter writer;
  const test::TempDir folder;
  StderrLog log{LogLevel::error};
  const auto empty = std::move(outbox::Outbox::open({.path = folder.path() / "outbox.db", .vfs = ""}, log)).value();
  const auto reader = std::move(empty->new_reader()).value();
  std::promise<void> leading;
  std::promise<void> go_on;
  Committer committer(writer, answer_all);  // ends before what its work uses
  const outbox::TransactionKey key{};
  const auto asks_the_writer = [&] { return committer.find(key, *reader).value().has_value(); };
  CHECK(asks_the_writer());
  committer.enqueue([&](outbox::Writer&) {
    leading.set_value();
    go_on.get_future().wait();
  });
  leading.get_future().wait();
  CHECK_FALSE(asks_the_writer());
  go_on.set_value();
}

TEST_CASE("committer: tills, sources and other work on the writer share it, and nothing is left") {
  RecordingWriter writer;
  std::atomic<int> stored{0};
  std::atomic<int> other_work{0};
  constexpr int kJobs = 300;
  {
    Committer committer(writer, answer_all);
    std::mutex order;  // the engine's turn
    std::uint64_t next = 1;
    const auto till = [&] {
      for (int i = 0; i < kJobs; ++i) {
        push_and_wait(committer, order, next, stored);
        if (i % 16 == 0) committer.enqueue([&](outbox::Writer&) { ++other_work; });
      }
    };
    const auto source = [&] {
      for (int i = 0; i < kJobs; ++i) {
        {
          const std::lock_guard lock(order);
          committer.push(job_with(next++, 1, 1, [&](const Status& status) { stored += status ? 1 : 0; }));
        }
        committer.hand_over();
      }
    };
    std::vector<std::thread> threads;
    for (int i = 0; i < 3; ++i) threads.emplace_back(till);
    threads.emplace_back(source);
    for (std::thread& one : threads) one.join();
  }
  CHECK(stored == 4 * kJobs);
  CHECK(other_work == 3 * ((kJobs + 15) / 16));
  REQUIRE(writer.seqs.size() == 4 * kJobs);
  for (std::size_t i = 0; i < writer.seqs.size(); ++i) CHECK(writer.seqs[i] == i + 1);
}

TEST_CASE("committer: a new chain and each generation are commits of their own") {
  RecordingWriter writer;
  {
    Committer committer(writer, answer_all);
    auto start = job_with(1, 1, 1);
    start->new_chain.emplace();
    committer.push(std::move(start));
    committer.push(job_with(2, 1, 1));
    committer.push(job_with(3, 1, 1));
    committer.push(job_with(4, 1, 2));
    committer.hand_over();
  }
  CHECK(writer.chains == 1);
  CHECK(writer.commits == std::vector<std::size_t>{2, 1});
}

}  // namespace greentill::engine
