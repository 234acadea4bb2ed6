// SPDX-License-Identifier: Apache-2.0
#include "daemon/app/pipeline.hpp"

#include "tests/unit/app/fixture.hpp"

namespace greentill::app {
namespace {

/// Records what was asked of it.
class RecordingWriter : public outbox::Writer {
 public:
  Status begin_chain(const claim::ChainId&, const outbox::Unit&) override { return Done{}; }
  Status commit(std::span<const outbox::Unit* const> units) override {
    for (const outbox::Unit* unit : units) {
      for (const auto& claim : unit->claims) seqs.push_back(claim.seq);
    }
    return fail_next.exchange(false) ? Status(fail(ErrorCode::io, "the disk answered with an error")) : Status(Done{});
  }
  Result<outbox::AppliedReceipt> apply(const claim::Receipt&, std::int64_t) override { return outbox::AppliedReceipt{}; }
  Result<std::size_t> prune(std::int64_t, std::size_t) override { return std::size_t{0}; }
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

}  // namespace greentill::app
