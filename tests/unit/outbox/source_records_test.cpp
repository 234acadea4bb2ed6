// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <map>

#include "tests/support/temp_dir.hpp"
#include "tests/unit/outbox/chain_maker.hpp"
#include "tests/unit/outbox/store_dump.hpp"

namespace greentill::test {
namespace {

using outbox::Fate;

struct RecordStore {
  RecordStore() { REQUIRE(outbox->writer().begin_chain(chain.head().chain, chain.start()).ok()); }

  void add(const std::string& source, const std::string& where, Fate fate, const std::string& reason,
           std::optional<outbox::TransactionKey> key = std::nullopt) {
    outbox::Unit unit;
    unit.recorded_at = 1'800'000'000;
    unit.record = {source, "behind " + where, where, fate, reason, key};
    REQUIRE(commit(outbox->writer(), {unit}).ok());
  }
  std::vector<std::string> places(const outbox::RecordQuery& query, std::size_t limit = 100) {
    std::vector<std::string> found;
    REQUIRE(reader->for_each_record(query, limit, [&](const auto& record) { found.push_back(record.where); }).ok());
    return found;
  }

  TempDir folder;
  ChainMaker chain;
  std::unique_ptr<outbox::Outbox> outbox = open_outbox(folder / "outbox.db");
  std::unique_ptr<outbox::Reader> reader = open_reader(*outbox);
};

}  // namespace

TEST_CASE("outbox: a source's records are counted by fate and reason, and found by place, fate and event") {
  using Places = std::vector<std::string>;
  RecordStore store;
  REQUIRE(commit(store.outbox->writer(), {store.chain.sale(7)}).ok());
  store.add("rides", "a.csv:1", Fate::refused, "column 'start': is empty");
  store.add("rides", "a.csv:12", Fate::refused, "column 'start': is empty");
  store.add("rides", "a.csv:13", Fate::left_out, "a van's");
  store.add("jobs", "x.escpos: receipt 1", Fate::guarded, "doubted", ChainMaker::key(9));

  CHECK(store.places({}) == Places{"x.escpos: receipt 1", "a.csv:13", "a.csv:12", "a.csv:1", "till.csv:7"});
  CHECK(store.places({.source = "rides"}) == Places{"a.csv:13", "a.csv:12", "a.csv:1"});
  CHECK(store.places({.where = "a.csv:1"}) == Places{"a.csv:1"});
  CHECK(store.places({.where = "a.csv"}).size() == 3);
  CHECK(store.places({.where = "x.escpos"}).size() == 1);
  CHECK(store.places({.where = "a.cs"}).empty());
  CHECK(store.places({.fate = Fate::left_out}) == Places{"a.csv:13"});
  CHECK(store.places({.key = ChainMaker::key(7)}) == Places{"till.csv:7"});
  CHECK(store.places({}, 2) == Places{"x.escpos: receipt 1", "a.csv:13"});
  CHECK(store.places({.before = 4}, 1) == Places{"a.csv:12"});

  std::map<std::string, std::uint64_t> counts;
  const auto all = store.reader->record_counts().value();
  for (const auto& count : all) {
    counts[count.source + "/" + std::string(outbox::kFateNames[static_cast<std::size_t>(count.fate)]) + "/" + count.reason] =
        count.records;
  }
  CHECK(counts == std::map<std::string, std::uint64_t>{{"jobs/guarded/doubted", 1},
                                                       {"rides/left_out/a van's", 1},
                                                       {"rides/refused/column 'start': is empty", 2},
                                                       {"till/claimed/", 1}});
}

TEST_CASE("outbox: reasons beyond the limit are counted together, and nothing is left uncounted") {
  RecordStore store;
  constexpr std::size_t kReasons = outbox::kMostReasons + 20;
  for (int round = 0; round < 2; ++round) {
    for (std::size_t i = 0; i < kReasons; ++i) {
      store.add("rides", "row " + std::to_string(i), Fate::refused, "reason " + std::to_string(i));
    }
  }
  std::uint64_t all = 0;
  std::uint64_t others = 0;
  const auto counts = store.reader->record_counts().value();
  for (const auto& count : counts) {
    all += count.records;
    if (count.reason == outbox::kOtherReasons) others = count.records;
  }
  CHECK(counts.size() == outbox::kMostReasons + 1);
  CHECK(all == 2 * kReasons);
  CHECK(others == 40);
  CHECK(store.places({.where = "row 65"}).size() == 2);  // with its own reason
}

TEST_CASE("outbox: of more records than are kept the last stay, and the counts know all") {
  RecordStore store;
  const std::string more = std::to_string(outbox::kKeptRecords - 1);
  REQUIRE(run_sql(store.folder / "outbox.db",
                  "WITH RECURSIVE n(i) AS (VALUES(1) UNION ALL SELECT i + 1 FROM n WHERE i < " + more +
                      ") INSERT INTO records SELECT i, 'rides', 'a.csv:' || i, 1, 0, '', NULL FROM n; INSERT INTO record_counts "
                      "VALUES ('rides', 0, '', " +
                      more + ", 1)"));
  for (int i = 0; i < 3; ++i) store.add("rides", "b.csv:" + std::to_string(i), Fate::claimed, "");
  CHECK(query_text(store.folder / "outbox.db", "SELECT count(*), min(id) FROM records") ==
        std::to_string(outbox::kKeptRecords) + "|3\n");
  CHECK(store.reader->record_counts().value().at(0).records == outbox::kKeptRecords + 2);
}

}  // namespace greentill::test
