// SPDX-License-Identifier: Apache-2.0
#include "tools/credit-service/broker/inbox.hpp"

#include <doctest/doctest.h>

#include "tests/support/set_clock.hpp"
#include "tests/unit/credit-service/office.hpp"

namespace greentill::credit {
namespace {

constexpr std::chrono::milliseconds kAtOnce{0};

Received batch(const std::string& device, std::size_t bytes, std::uint8_t number = 0) {
  return {device, std::vector<std::uint8_t>(bytes, number), {}, {}};
}

struct Counter {
  test::SetClock clock{1'000};
  test::OfficeLog log;
  Inbox inbox{clock, log};

  Counter() { clock.since_boot = 10'000; }
  /// How many of each device's are there; they are gone afterwards.
  std::map<std::string, int> take_all() {
    std::map<std::string, int> found;
    while (const auto one = inbox.take(kAtOnce)) ++found[one->device];
    return found;
  }
};

TEST_CASE("inbox: devices take turns, and each one's batches come in their order") {
  Counter counter;
  for (std::uint8_t number = 1; number <= 3; ++number) counter.inbox.put(batch("loud", 10, number));
  counter.inbox.put(batch("quiet", 10, 9));
  std::string order;
  while (const auto one = counter.inbox.take(kAtOnce)) order += one->device.front() + std::to_string(one->payload.front()) + ' ';
  CHECK(order == "l1 q9 l2 l3 ");
}

TEST_CASE("inbox: a device that pours loses what is beyond its own room, says so now and then, and others lose nothing") {
  Counter counter;
  for (int i = 0; i < 1000; ++i) {
    counter.inbox.put(batch("loud", 100'000));
    if (i % 50 == 0) counter.inbox.put(batch("quiet", 1'000));
  }
  const auto found = counter.take_all();
  CHECK(found.at("loud") == Inbox::kMostBytesOfADevice / 100'000);
  CHECK(found.at("quiet") == 20);
  CHECK(counter.log.count("loud: its batches come faster than they are booked") == 1);
  CHECK(counter.log.count("quiet") == 0);
  counter.clock.since_boot += 600;
  for (int i = 0; i < 100; ++i) counter.inbox.put(batch("loud", 100'000));
  CHECK(counter.log.count("(and 979 such lines were left out)") == 1);
}

TEST_CASE("inbox: where all is full the one with the most makes room, its last first") {
  Counter counter;
  constexpr std::size_t kDevices = Inbox::kMostBytes / Inbox::kMostBytesOfADevice;
  for (std::size_t device = 0; device < kDevices + 3; ++device) {
    for (std::uint8_t number = 0; number < 20; ++number)
      counter.inbox.put(batch("loud-" + std::to_string(device), 100'000, number));
  }
  for (int device = 0; device < 50; ++device) counter.inbox.put(batch("quiet-" + std::to_string(device), 90'000));
  std::map<std::string, std::uint8_t> last;
  std::size_t bytes = 0;
  int quiet = 0;
  while (const auto one = counter.inbox.take(kAtOnce)) {
    bytes += one->payload.size();
    quiet += one->device.starts_with("quiet") ? 1 : 0;
    if (one->device.starts_with("quiet")) continue;
    const auto [known, is_first] = last.try_emplace(one->device, one->payload.front());
    CHECK((is_first ? one->payload.front() == 0 : one->payload.front() == known->second + 1));
    known->second = one->payload.front();
  }
  CHECK(quiet == 50);
  CHECK(last.size() == kDevices + 3);
  CHECK(bytes <= Inbox::kMostBytes);
  CHECK(bytes > Inbox::kMostBytes - 200'000);
}

}  // namespace
}  // namespace greentill::credit
