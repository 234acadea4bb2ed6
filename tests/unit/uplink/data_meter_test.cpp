// SPDX-License-Identifier: Apache-2.0
// What the line carries in a month: counted, kept ahead of its use, and begun anew by a sure time alone.
#include <doctest/doctest.h>

#include <fstream>
#include <vector>

#include "daemon/uplink/data_meter.hpp"
#include "tests/support/in_zone.hpp"
#include "tests/support/temp_dir.hpp"
#include "tests/unit/uplink/rig.hpp"

namespace greentill::uplink::data_meter_test {
namespace {

using namespace std::chrono_literals;

constexpr std::int64_t kNovember = 1'794'000'000;  // 2026-11-06
constexpr std::int64_t kDecember = kNovember + 30 * 86'400;
constexpr std::uint64_t kCap = 10'000'000;

class HandClock final : public Clock {
 public:
  [[nodiscard]] std::int64_t unix_seconds() const override { return 0; }
  [[nodiscard]] std::chrono::milliseconds monotonic() const override { return now; }
  [[nodiscard]] bool synchronised() const override { return false; }
  std::chrono::milliseconds now{5h};
};

class Kept final : public DataBook {
 public:
  void keep(const DataCount& count) override { all.push_back(count); }
  std::vector<DataCount> all;
};

struct Line {
  DataMeter meter(std::uint64_t cap = kCap, DataCount kept = {202611, 0}) {
    return {{cap, kept, &book, [this] { return sure; }}, clock};
  }
  HandClock clock;
  Kept book;
  std::optional<std::int64_t> sure = kNovember;
};

/// Runs the work at once, as an idle writer does.
class AtOnce final : public outbox::WriteQueue {
 public:
  explicit AtOnce(outbox::Writer& writer) : writer_(writer) {}
  void enqueue(std::function<void(outbox::Writer&)> work) override { work(writer_); }

 private:
  outbox::Writer& writer_;
};

}  // namespace

TEST_CASE("data: what is kept is never less than what was used, at most a step more, and few messages cost a write") {
  Line line;
  DataMeter meter = line.meter();
  std::uint64_t used = 0;
  constexpr std::uint64_t kStep = kCap / 64;
  while (used < kCap) {
    meter.reckon(137);
    used += 137;
    REQUIRE(!line.book.all.empty());
    CHECK(line.book.all.back().bytes >= used);
    CHECK(line.book.all.back().bytes <= used + kStep);
  }
  CHECK(line.book.all.size() <= 2 * 64 + 2);
  CHECK(meter.use().count == DataCount{202611, used});
  meter.keep();
  CHECK(line.book.all.back() == DataCount{202611, used});
  const std::size_t written = line.book.all.size();
  meter.keep();
  CHECK(line.book.all.size() == written);
}

TEST_CASE("data: after a kill the count goes on from what was kept") {
  Line line;
  DataMeter before = line.meter();
  before.reckon(1'000'000);
  DataMeter after = line.meter(kCap, line.book.all.back());
  CHECK(after.use().count.bytes >= 1'000'000);
  after.reckon(1'000);
  CHECK(after.use().count.bytes >= 1'001'000);
}

TEST_CASE("data: a connection's bytes count once, from its own beginning") {
  Line line;
  DataMeter meter = line.meter();
  meter.begin();
  meter.carried(6'000);
  meter.carried(6'000);
  meter.carried(9'000);
  meter.begin();
  meter.carried(5'000);
  meter.reckon(100);
  meter.carried(4'000);  // what a kernel does not do
  CHECK(meter.use().count.bytes == 14'100);
}

TEST_CASE("data: nine tenths spare the line, and it is given up when it is closed") {
  Line line;
  DataMeter meter = line.meter();
  meter.reckon(kCap / 10 * 9 - 1);
  CHECK(meter.use().stage == DataStage::free);
  meter.reckon(1);
  CHECK(meter.use().stage == DataStage::sparing);
  CHECK(meter.may_connect());
  CHECK(meter.room() == kCap / 10);
  CHECK(meter.has_room(kCap / 10));
  CHECK(!meter.has_room(kCap / 10 + 1));
  meter.reckon(kCap / 10 - DataMeter::kConnecting + 1);
  CHECK(!meter.may_connect());
  meter.close();
  CHECK(meter.use().stage == DataStage::used_up);
}

TEST_CASE("data: without a cap everything is counted and nothing closed") {
  Line line;
  DataMeter meter = line.meter(0);
  meter.reckon(1'000'000'000'000);
  CHECK(meter.may_connect());
  CHECK(meter.has_room(UINT64_MAX));
  CHECK(meter.use().stage == DataStage::free);
  CHECK(meter.use().count.bytes == 1'000'000'000'000);
}

TEST_CASE("data: a sure time begins the next month at nothing, and the line is free again") {
  Line line;
  DataMeter meter = line.meter();
  meter.begin();
  meter.carried(kCap);
  CHECK(!meter.may_connect());
  meter.close();
  line.sure = kDecember;
  meter.look();
  CHECK(meter.use().count == DataCount{202612, 0});
  CHECK(meter.use().stage == DataStage::free);
  CHECK(line.book.all.back().month == 202612);
  CHECK(meter.may_connect());
  meter.carried(kCap + 500);  // of the connection that lasted over the month's end only what came since
  CHECK(meter.use().count.bytes == 500);
}

TEST_CASE("data: a time that was wrong locks nothing for ever, and going back frees nothing") {
  Line line;
  DataMeter meter = line.meter(kCap, {203601, kCap});  // a time server that lied
  CHECK(!meter.may_connect());
  CHECK(meter.use().count == DataCount{202611, kCap});
  line.sure = kDecember;
  CHECK(meter.may_connect());
  CHECK(meter.use().count.bytes == 0);
}

TEST_CASE("data: what was counted before any time was sure belongs to the first month that is") {
  Line line;
  line.sure.reset();
  DataMeter meter = line.meter(kCap, {});
  meter.reckon(700);
  CHECK(meter.use().count == DataCount{0, 700});
  CHECK(line.book.all.back().month == 0);
  line.sure = kNovember;
  meter.look();
  CHECK(meter.use().count == DataCount{202611, 700});
}

TEST_CASE("data: where no time is sure the used-up line is tried after an hour, then once a day, with little") {
  Line line;
  line.sure.reset();
  DataMeter meter = line.meter(kCap, {202611, kCap + 123});
  CHECK(!meter.may_connect());
  line.clock.now += 59min;
  CHECK(!meter.may_connect());
  line.clock.now += 1min;
  REQUIRE(meter.may_connect());
  CHECK(meter.room() == DataMeter::kTrial);
  meter.reckon(20'000);
  CHECK(meter.room() == DataMeter::kTrial - 20'000);
  CHECK(!meter.may_connect());
  CHECK(meter.room() == 0);
  line.clock.now += 23h;
  CHECK(!meter.may_connect());
  line.clock.now += 1h;
  REQUIRE(meter.may_connect());
  // The service says the time: the month lasts, and no more is tried; or it is over, and the line is free.
  line.sure = kNovember;
  CHECK(!meter.may_connect());
  line.clock.now += 48h;
  CHECK(!meter.may_connect());
  line.sure = kDecember;
  CHECK(meter.may_connect());
  CHECK(meter.room() == kCap);
}

TEST_CASE("data: months are those of the shop's calendar") {
  const test::InZone zone("Pacific/Auckland");
  CHECK(local_month(1'798'714'800) == 202701);  // 2026-12-31 11:00 UTC
  CHECK(local_month(1'798'714'799) == 202612);
  CHECK(month_text(202701) == "2027-01");
  CHECK(month_text(202612) == "2026-12");
  CHECK(month_text(0).empty());
}

TEST_CASE("data: the file says what was kept last; one that says something else is no count") {
  const test::TempDir folder;
  const auto file = folder / "data-use";
  const auto loaded = [&] { return FileDataBook::load(file); };
  CHECK(*loaded() == DataCount{});
  for (const char* const text : {"", "202611", "202611 ", "202611 12", "202613 12\n", "202611 -1\n", "202611 12 \n", "x 1\n",
                                 "202611  1\n", "99999999999 1\n", "202611 99999999999999999999\n", "5 5\n"}) {
    std::ofstream(file) << text;
    REQUIRE_MESSAGE(!loaded(), text);
    CHECK(loaded().error().code == ErrorCode::corrupt);
  }
  std::ofstream(file) << std::string(100, '1');
  CHECK(!loaded());
  std::ofstream(file) << "202611 5242880\n";
  CHECK(*loaded() == DataCount{202611, 5'242'880});

  const auto store = test::open_outbox(folder / "outbox.db");
  AtOnce queue(store->writer());
  test::RecordingLog log;
  FileDataBook book(file, queue, log);
  book.keep({202612, 7});
  CHECK(*loaded() == DataCount{202612, 7});
  FileDataBook nowhere(folder / "no" / "folder", queue, log);
  nowhere.keep({202612, 8});
  CHECK(log.count("is counted, and forgotten at the next start") == 1);
}

}  // namespace greentill::uplink::data_meter_test
