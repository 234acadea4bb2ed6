// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <chrono>

#include "daemon/base/hex.hpp"
#include "tests/support/temp_dir.hpp"
#include "tests/unit/outbox/chain_maker.hpp"
#include "tests/unit/outbox/store_dump.hpp"

namespace greentill::test {
namespace {

using Clock = std::chrono::steady_clock;

std::int64_t milliseconds_since(Clock::time_point start) {
  return std::chrono::duration_cast<std::chrono::milliseconds>(Clock::now() - start).count();
}

}  // namespace

TEST_CASE("outbox: a claim takes at most 1.6 times its own bytes on disk, the log beside it at most 5 MB") {
  const TempDir folder;
  const auto path = folder / "outbox.db";
  std::uint64_t claim_bytes = 0;
  std::uintmax_t log_bytes = 0;
  {
    const auto store = open_outbox(path);
    ChainMaker chain;
    REQUIRE(store->writer().begin_chain(chain.head().chain, chain.start()).ok());
    std::uint32_t sale = 0;
    for (int group = 0; group < 300; ++group) {
      std::vector<outbox::Unit> units;
      std::vector<const outbox::Unit*> pointers;
      for (int i = 0; i < 100; ++i) {
        units.push_back(chain.sale(++sale));
        claim_bytes += units.back().claims[0].message.size();
      }
      for (const outbox::Unit& unit : units) pointers.push_back(&unit);
      REQUIRE(store->writer().commit(pointers).ok());
    }
    log_bytes = std::filesystem::file_size(path.string() + "-wal");
  }
  const double ratio = static_cast<double>(std::filesystem::file_size(path)) / static_cast<double>(claim_bytes);
  MESSAGE("claims of ", claim_bytes / 30000, " bytes: ", ratio, " times their own bytes on disk; log ", log_bytes, " bytes");
  CHECK(ratio <= 1.6);
  // It is written back at 1,000 pages, by the commit that passes them: 100 claims dirty two pages each, index and table.
  CHECK(log_bytes <= 1200 * (4096 + 24) + 32);
}

TEST_CASE("outbox: with a backlog of a million the store opens and answers within 100 ms") {
  const TempDir folder;
  const auto path = folder / "outbox.db";
  open_outbox(path);
  REQUIRE(run_sql(
      path,
      std::string("PRAGMA synchronous = OFF; BEGIN; WITH RECURSIVE n(i) AS (VALUES(1) UNION ALL SELECT i + 1 FROM n WHERE i < "
                  "1000000) INSERT INTO claims (position, recorded_at, key, key_claims, message) SELECT (1 << 40) + i, i, "
                  "iif(i % 50 = 0, randomblob(16), NULL), 1, zeroblob(40) FROM n;"
                  "INSERT INTO outcomes (position, standing, reason, told, told_reason, last_try, next_try) "
                  "SELECT position, 3, 'clock', 3, 'clock', 1, 2 FROM claims WHERE position <= (1 << 40) + 20000;"
                  "INSERT INTO chains (no, id, assignment, delivered_seq, epoch) VALUES (1, zeroblob(8), 1, 20000, 1); UPDATE "
                  "claims SET message = x'") +
          to_hex(ChainMaker().start().claims.front().message) + "' WHERE position = (1 << 40) + 1000000; COMMIT"));
  const auto start = Clock::now();
  const auto store = open_outbox(path);
  const auto reader = open_reader(*store);
  CHECK(reader->chain().value()->head.seq == 1'000'000);
  CHECK(reader->backlog().value().waiting == 980'000);
  CHECK(reader->waiting_since().value() == 1);
  CHECK(reader->reason_counts(10).value().front().claims == 20'000);
  CHECK_FALSE(reader->find(ChainMaker::key(1)).value().has_value());
  outbox::ClaimBatch batch;
  REQUIRE(reader->read_batch({}, 20'001, 256, 1 << 17, batch).ok());
  CHECK(batch.last_seq == 20'256);
  CHECK(reader->retryable(2, INT64_MIN, 100).value().seqs.size() == 100);
  std::size_t visited = 0;
  const auto count = [&visited](const outbox::StoredClaim&) { ++visited; };
  for (const bool newest_first : {false, true}) {
    for (const auto only : {std::optional<outbox::Delivery>(), std::optional(outbox::Delivery::waiting),
                            std::optional(outbox::Delivery::refused_retry)}) {
      REQUIRE(reader->for_each_claim(0, 10, newest_first, only, count).ok());
    }
  }
  CHECK(visited == 60);
  const auto elapsed = milliseconds_since(start);
  MESSAGE("opened and answered in ", elapsed, " ms");
  CHECK(elapsed < 100);
}

}  // namespace greentill::test
