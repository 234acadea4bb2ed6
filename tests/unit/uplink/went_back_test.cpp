// SPDX-License-Identifier: Apache-2.0
// The store and the service's ledger disagree about the past: one of them went back.
#include <doctest/doctest.h>

#include <chrono>

#include "tests/unit/uplink/rig.hpp"

using namespace greentill;
using namespace greentill::test;

namespace {

/// A device whose ten claims the service has.
struct Delivered {
  TempDir folder;
  Broker broker{certificates(), folder.path()};
  FakeService service{certificates()};
  Device device{options()};

  Delivered() {
    service.connect(broker.uri());
    device.sell(10);
    device.start();
    REQUIRE(eventually([&] { return device.all_delivered(); }));
  }
  [[nodiscard]] uplink::Options options() const {
    uplink::Options options = Device::options(broker);
    options.receipt_timeout = std::chrono::milliseconds(200);
    return options;
  }
};

}  // namespace

TEST_CASE("uplink: a ledger that went back without a new epoch is told, with both numbers, and stays told until it is mended") {
  Delivered at;
  at.service.set_back(5, at.device.chain.hash_at(5));
  at.device.sell(3);

  const std::string told = "ledger went back: it ends at claim 5 of this device, and had gone on to 11";
  REQUIRE(eventually([&] { return at.device.status().last_error.find(told) != std::string::npos; }));
  const std::uint64_t resent = at.device.status().batches_resent;
  REQUIRE(eventually([&] { return at.device.status().batches_resent >= resent + 3; }));
  CHECK(at.device.status().last_error.find(told) != std::string::npos);
  CHECK(at.device.log.count("ledger went back") == 1);
  CHECK(at.device.log.count("registered this device's certificate") == 0);
  CHECK(at.device.backlog().waiting == 3);

  at.service.restore(5, at.device.chain.hash_at(5));
  CHECK(eventually([&] { return at.device.all_delivered() && at.device.status().last_error.empty(); }));
  CHECK(at.service.booked_twice() == 0);
}

TEST_CASE("uplink: a store that is behind the ledger is told, and nothing else hides it") {
  Delivered at;
  at.service.set_back(40, Digest{});  // as after claims that this store lacks
  at.device.sell(3);
  const std::string told = "processed up to 40, this chain ends at 14: this store is an old copy, or the device has a twin";
  REQUIRE(eventually([&] { return at.device.status().last_error.find(told) != std::string::npos; }));
  const std::uint64_t resent = at.device.status().batches_resent;
  REQUIRE(eventually([&] { return at.device.status().batches_resent >= resent + 3; }));
  CHECK(at.device.status().last_error.find(told) != std::string::npos);
  CHECK(at.device.log.count(told) == 1);
}

TEST_CASE("uplink: what lasts is told once, however often the connection is lost meanwhile") {
  Delivered at;
  at.service.set_back(5, at.device.chain.hash_at(5));
  at.device.sell(3);
  REQUIRE(eventually([&] { return at.device.log.count("ledger went back") == 1; }));
  const std::uint64_t connects = at.device.status().connects;
  at.broker.stop();
  REQUIRE(eventually([&] { return !at.device.status().connected; }));
  CHECK(at.device.status().last_error.find("ledger went back") == std::string::npos);
  at.broker.start();
  REQUIRE(eventually([&] { return at.device.status().connects > connects; }));
  CHECK(at.device.status().last_error.find("ledger went back") != std::string::npos);
  CHECK(at.device.log.count("ledger went back") == 1);
}
