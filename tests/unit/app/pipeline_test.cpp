// SPDX-License-Identifier: Apache-2.0
#include "daemon/app/pipeline.hpp"

#include "tests/unit/app/fixture.hpp"

namespace greentill::app {
namespace {

/// Records what was asked of it.
class RecordingWriter : public outbox::Writer {
 public:
  Result<std::optional<outbox::TransactionRecord>> find(const outbox::TransactionKey&) override {
    return std::optional(outbox::TransactionRecord{7, 1, {}});
  }
  Status begin_chain(const claim::ChainId&, const outbox::Unit&) override { return Done{}; }
  Status commit(std::span<const outbox::Unit* const> units) override {
    for (const outbox::Unit* unit : units) {
      for (const auto& claim : unit->claims) seqs.push_back(claim.seq);
    }
    return fail_next.exchange(false) ? Status(fail(ErrorCode::io, "the disk answered with an error")) : Status(Done{});
  }
  Result<outbox::AppliedReceipt> apply(const claim::Receipt&, const outbox::Reception&) override {
    return outbox::AppliedReceipt{};
  }
  Result<std::size_t> prune(const outbox::PruneBefore&, std::size_t) override { return std::size_t{0}; }
  std::vector<std::uint64_t> seqs;
  std::atomic<bool> fail_next{false};
};

std::shared_ptr<Job> job_with(std::uint64_t first_seq, std::size_t claims, std::uint64_t generation) {
  auto job = std::make_shared<Job>();
  job->generation = generation;
  for (std::size_t i = 0; i < claims; ++i) {
    UnsignedClaim claim;
    claim.seq = first_seq + i;
    claim.payload = {0xa0};
    job->claims.push_back(claim);
  }
  return job;
}

}  // namespace

TEST_CASE("pipeline: claims are stored in the order they were pushed, whoever signs first") {
  const auto identity =
      std::move(identity::DeviceIdentity::load(test::identities() / "device-1.key", test::identities() / "device-1.crt")).value();
  RecordingWriter writer;
  std::uint64_t next = 1;
  {
    Pipeline pipeline(
        writer, *identity, 3, [] {}, [] {});
    for (int i = 0; i < 100; ++i) {
      const std::size_t claims = static_cast<std::size_t>(i % 4);
      pipeline.push(job_with(next, claims, 1));
      next += claims;
    }
  }
  REQUIRE(writer.seqs.size() == next - 1);
  for (std::size_t i = 0; i < writer.seqs.size(); ++i) CHECK(writer.seqs[i] == i + 1);
}

TEST_CASE("pipeline: what builds on a claim that could not be stored fails with it, the next generation goes on") {
  const auto identity =
      std::move(identity::DeviceIdentity::load(test::identities() / "device-1.key", test::identities() / "device-1.crt")).value();
  RecordingWriter writer;
  std::atomic<int> failed{0};
  std::atomic<int> stored{0};
  {
    Pipeline pipeline(
        writer, *identity, 2, [] {}, [] {});
    writer.fail_next = true;
    for (int i = 0; i < 200; ++i) {
      auto job = job_with(static_cast<std::uint64_t>(i + 1), 1, 1);
      job->done = [&](const Status& status) { ++(status ? stored : failed); };
      pipeline.push(std::move(job));
    }
    auto next = job_with(1, 1, 2);
    next->done = [&](const Status& status) { CHECK(status.ok()); };
    pipeline.push(std::move(next));
  }
  CHECK(failed == 200);
  CHECK(stored == 0);
  CHECK(writer.seqs.back() == 1);
}

TEST_CASE("pipeline: a lone job is signed and stored by the thread that waits for it") {
  const auto identity =
      std::move(identity::DeviceIdentity::load(test::identities() / "device-1.key", test::identities() / "device-1.crt")).value();
  RecordingWriter writer;
  Pipeline pipeline(
      writer, *identity, 2, [] {}, [] {});
  int by_itself = 0;
  for (std::uint64_t seq = 1; seq <= 50; ++seq) {
    std::promise<std::thread::id> stored;
    auto job = job_with(seq, seq % 5 == 0 ? 0 : 1, 1);
    job->done = [&](const Status& status) {
      CHECK(status.ok());
      stored.set_value(std::this_thread::get_id());
    };
    {
      const Pipeline::Lone lone(pipeline);
      pipeline.push(std::move(job));
    }
    if (stored.get_future().get() == std::this_thread::get_id()) ++by_itself;
  }
  // Another thread may be awake already, as at the start of the pipeline: it is not waited for.
  CHECK(by_itself > 40);
  CHECK(pipeline.pending() == 0);
}

TEST_CASE("pipeline: who has the writer of an idle pipeline asks it, everybody else asks their reader") {
  const auto identity =
      std::move(identity::DeviceIdentity::load(test::identities() / "device-1.key", test::identities() / "device-1.crt")).value();
  RecordingWriter writer;
  const test::TempDir folder;
  StderrLog log{LogLevel::error};
  const auto empty = std::move(outbox::Outbox::open({.path = folder.path() / "outbox.db", .vfs = ""}, log)).value();
  const auto reader = std::move(empty->new_reader()).value();
  Pipeline pipeline(
      writer, *identity, 2, [] {}, [] {});
  const outbox::TransactionKey key{};
  const auto asks_the_writer = [&] { return pipeline.find(key, *reader).value().has_value(); };
  CHECK_FALSE(asks_the_writer());
  {
    const Pipeline::Lone lone(pipeline);
    CHECK(asks_the_writer());
    std::thread([&] {
      const Pipeline::Lone second(pipeline);
      CHECK_FALSE(asks_the_writer());
    }).join();
    CHECK(asks_the_writer());
  }
  CHECK_FALSE(asks_the_writer());
  // Given back unused: others go on.
  std::promise<void> ran;
  pipeline.enqueue_write([&](outbox::Writer&) { ran.set_value(); });
  ran.get_future().get();
}

TEST_CASE("pipeline: what joins a lone job is stored behind it, whoever does it") {
  const auto identity =
      std::move(identity::DeviceIdentity::load(test::identities() / "device-1.key", test::identities() / "device-1.crt")).value();
  RecordingWriter writer;
  std::atomic<int> stored{0};
  std::atomic<int> other_work{0};
  constexpr int kJobs = 300;
  {
    Pipeline pipeline(
        writer, *identity, 2, [] {}, [] {});
    std::mutex order;  // the strand's part
    std::uint64_t next = 1;
    const auto till = [&] {
      for (int i = 0; i < kJobs; ++i) {
        const Pipeline::Lone lone(pipeline);
        const std::lock_guard lock(order);
        auto job = job_with(next++, 1, 1);
        job->done = [&](const Status& status) { stored += status ? 1 : 0; };
        pipeline.push(std::move(job));
        if (i % 16 == 0) pipeline.enqueue_write([&](outbox::Writer&) { ++other_work; });
      }
    };
    std::thread first(till);
    std::thread second(till);
    first.join();
    second.join();
  }
  CHECK(stored == 2 * kJobs);
  CHECK(other_work == 2 * ((kJobs + 15) / 16));
  for (std::size_t i = 0; i < writer.seqs.size(); ++i) CHECK(writer.seqs[i] == i + 1);
}

TEST_CASE("strand: a turn is taken where nothing runs or waits, and only there") {
  Strand strand;
  int ran = 0;
  CHECK(strand.try_run([&] { ++ran; }));
  CHECK(ran == 1);
  std::promise<void> running;
  std::promise<void> go_on;
  strand.post([&] {
    running.set_value();
    go_on.get_future().wait();
    CHECK(ran == 1);
  });
  CHECK_FALSE(strand.try_run([&] { ++ran; }));  // it waits: the strand's thread has not begun
  std::thread thread([&] { strand.run(); });
  running.get_future().wait();
  CHECK_FALSE(strand.try_run([&] { ++ran; }));
  go_on.set_value();
  while (!strand.try_run([&] { ++ran; })) std::this_thread::yield();
  CHECK(ran == 2);
  strand.stop();
  thread.join();
}

}  // namespace greentill::app
