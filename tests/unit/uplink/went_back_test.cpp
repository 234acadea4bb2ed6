// SPDX-License-Identifier: Apache-2.0
// The store and the service's ledger disagree about the past: one of them went back.
#include <doctest/doctest.h>

#include <chrono>

#include "tests/unit/uplink/rig.hpp"

using namespace greentill;
using namespace greentill::test;

TEST_CASE("uplink: a ledger that went back without a new epoch is told, with both numbers, and stays told until it is mended") {
  const TempDir folder;
  Broker broker(certificates(), folder.path());
  FakeService service(certificates());
  service.connect(broker.uri());
  uplink::Options options = Device::options(broker);
  options.receipt_timeout = std::chrono::milliseconds(200);
  Device device(options);
  device.sell(10);
  device.start();
  REQUIRE(eventually([&] { return device.all_delivered(); }));
  service.set_back(5, device.chain.hash_at(5));
  device.sell(3);

  const std::string told = "ledger went back: it ends at claim 5 of this device, and had gone on to 11";
  REQUIRE(eventually([&] { return device.status().last_error.find(told) != std::string::npos; }));
  const std::uint64_t resent = device.status().batches_resent;
  REQUIRE(eventually([&] { return device.status().batches_resent >= resent + 3; }));
  CHECK(device.status().last_error.find(told) != std::string::npos);
  CHECK(device.log.count("ledger went back") == 1);
  CHECK(device.log.count("registered this device's certificate") == 0);
  CHECK(device.backlog().waiting == 3);

  service.restore(5, device.chain.hash_at(5));
  CHECK(eventually([&] { return device.all_delivered() && device.status().last_error.empty(); }));
  CHECK(service.booked_twice() == 0);
}

TEST_CASE("uplink: a store that is behind the ledger is told, and nothing else hides it") {
  const TempDir folder;
  Broker broker(certificates(), folder.path());
  FakeService service(certificates());
  service.connect(broker.uri());
  uplink::Options options = Device::options(broker);
  options.receipt_timeout = std::chrono::milliseconds(200);
  Device device(options);
  device.sell(10);
  device.start();
  REQUIRE(eventually([&] { return device.all_delivered(); }));
  service.set_back(40, Digest{});  // as after claims that this store lacks
  device.sell(3);
  const std::string told = "processed up to 40, this chain ends at 14: this store is an old copy, or the device has a twin";
  REQUIRE(eventually([&] { return device.status().last_error.find(told) != std::string::npos; }));
  const std::uint64_t resent = device.status().batches_resent;
  REQUIRE(eventually([&] { return device.status().batches_resent >= resent + 3; }));
  CHECK(device.status().last_error.find(told) != std::string::npos);
  CHECK(device.log.count(told) == 1);
}

TEST_CASE("uplink: what lasts is told once, however often the connection is lost meanwhile") {
  const TempDir folder;
  Broker broker(certificates(), folder.path());
  FakeService service(certificates());
  service.connect(broker.uri());
  uplink::Options options = Device::options(broker);
  options.receipt_timeout = std::chrono::milliseconds(200);
  Device device(options);
  device.sell(10);
  device.start();
  REQUIRE(eventually([&] { return device.all_delivered(); }));
  service.set_back(5, device.chain.hash_at(5));
  device.sell(3);
  REQUIRE(eventually([&] { return device.log.count("ledger went back") == 1; }));
  const std::uint64_t connects = device.status().connects;
  broker.stop();
  REQUIRE(eventually([&] { return !device.status().connected; }));
  CHECK(device.status().last_error.find("ledger went back") == std::string::npos);
  broker.start();
  REQUIRE(eventually([&] { return device.status().connects > connects; }));
  CHECK(device.status().last_error.find("ledger went back") != std::string::npos);
  CHECK(device.log.count("ledger went back") == 1);
}
