// SPDX-License-Identifier: Apache-2.0
// A cap on what the line carries in a month: claims up to it, and no further.
#include <doctest/doctest.h>

#include <atomic>
#include <vector>

#include "daemon/uplink/data_meter.hpp"
#include "tests/unit/uplink/rig.hpp"

namespace greentill::test::data_cap_test {
namespace {

using namespace std::chrono_literals;
using uplink::DataStage;

constexpr std::int64_t kNovember = 1'794'000'000;  // 2026-11-06
constexpr std::uint64_t kCap = 400'000;

/// A device on a metered line, in November until somebody says otherwise.
struct Metered {
  explicit Metered(std::uint64_t cap = kCap, std::uint64_t kept = 0) : broker(certificates(), folder.path()) {
    service.connect(broker.uri());
    uplink::Options options = Device::options(broker);
    options.data.cap = cap;
    options.data.kept = {202611, kept};
    options.data.sure_time = [this]() -> std::optional<std::int64_t> {
      const std::int64_t at = now;
      return at == 0 ? std::nullopt : std::optional(at);
    };
    device.emplace(options, Time::by_hand);
  }
  ~Metered() { device.reset(); }
  [[nodiscard]] uplink::DataUse data() const { return device->status().data; }
  /// Also once the strand came to rest on it: a timer that it had not set yet would count from the next advance().
  [[nodiscard]] bool used_up() {
    const bool is = eventually([&] { return data().stage == DataStage::used_up && !device->status().connected; });
    static_cast<void>(device->strand_delay());
    return is;
  }

  TempDir folder;
  Broker broker;
  FakeService service{certificates()};
  std::atomic<std::int64_t> now{kNovember};
  std::optional<Device> device;
};

}  // namespace

TEST_CASE("uplink: a capped line carries claims and their receipts up to the cap, then keeps them, until the month turns") {
  Metered line;
  line.device->sell(2'000);
  line.device->start();
  REQUIRE(line.used_up());
  CHECK(line.data().count.bytes <= kCap);
  CHECK(line.data().count.bytes >= kCap * 3 / 4);
  const std::uint64_t delivered = line.device->delivered();
  CHECK(delivered > 300);
  CHECK(delivered < 1'000);
  CHECK(line.service.booked() == delivered);  // no receipt was thrown away
  CHECK(line.device->status().last_error.starts_with("the data cap of 0 MB is used up for 2026-11: claims are kept here"));
  CHECK(line.device->log.count("the data cap of") == 2);  // spared, and used up

  // Neither time nor sales nor a person open it within the month.
  for (int i = 0; i < 3; ++i) {
    line.device->advance(1min);
    line.device->sell(1);
    line.device->retry_now();
    static_cast<void>(line.device->strand_delay());
  }
  CHECK(line.device->status().connects == 1);
  CHECK(line.device->log.count("the data cap of") == 2);

  line.now = kNovember + 30 * 86'400;
  line.device->advance(1min);
  REQUIRE(eventually([&] { return line.device->delivered() > delivered; }));
  CHECK(line.used_up());
  CHECK(line.data().count.month == 202612);
  CHECK(line.data().count.bytes <= kCap);
}

TEST_CASE("uplink: where data is short no status goes out beyond the first") {
  Metered line(kCap, kCap * 9 / 10);
  line.device->start();
  REQUIRE(eventually([&] { return line.device->status().connected; }));
  line.device->sell(3);
  REQUIRE(eventually([&] { return line.device->all_delivered(); }));
  line.device->advance(1min);
  CHECK(line.data().stage == DataStage::sparing);
  const std::uint64_t bytes = line.data().count.bytes;
  for (int i = 0; i < 10; ++i) line.device->advance(250ms);  // at each a status would be due
  static_cast<void>(line.device->strand_delay());
  line.device->advance(1min);
  CHECK(line.data().count.bytes < bytes + 600);
}

TEST_CASE("uplink: without a sure time a used-up line is tried with little, and freed by the time that the service says") {
  Metered line(kCap, kCap);
  line.now = 0;
  line.device->sell(5);
  line.device->start();
  REQUIRE(line.used_up());
  CHECK(line.device->status().connects == 0);
  line.device->advance(59min);
  static_cast<void>(line.device->strand_delay());
  CHECK(line.device->status().connects == 0);
  line.device->advance(2min);
  REQUIRE(eventually([&] { return line.device->status().connects == 1; }));
  line.now = kNovember + 30 * 86'400;  // as a receipt lets the daemon know
  CHECK(eventually([&] { return line.device->all_delivered(); }));
  line.device->advance(1min);
  CHECK(eventually([&] { return line.data().count.month == 202612; }));
  CHECK(line.data().stage == DataStage::free);
}

TEST_CASE("uplink: what the month has carried is told before anything is sent") {
  const Metered line(kCap, 1'234);
  CHECK(line.data().count == uplink::DataCount{202611, 1'234});
  CHECK(line.data().cap == kCap);
}

TEST_CASE("uplink: attempts that come to nothing are counted, by what they take of the line") {
  Metered line;
  line.broker.stop();
  line.device->start();
  REQUIRE(eventually([&] { return line.device->status().failures >= 1; }));
  line.device->advance(1min);
  CHECK(eventually([&] { return line.data().count.bytes > 0; }));
  CHECK(line.data().count.bytes < 5'000);
}

}  // namespace greentill::test::data_cap_test
