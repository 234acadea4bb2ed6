// SPDX-License-Identifier: Apache-2.0
// What must not keep claims waiting for ever, nor fill the memory.
#include <doctest/doctest.h>

#include <chrono>

#include "tests/support/at_rest.hpp"
#include "tests/support/mqtt_client.hpp"
#include "tests/support/mute_broker.hpp"
#include "tests/unit/uplink/rig.hpp"

using namespace greentill;
using namespace greentill::test;
using namespace std::chrono_literals;

namespace {

uplink::Options plain(const MuteBroker& broker) {
  uplink::Options options;
  options.server_uri = broker.uri();
  options.device_id = "till-1";
  options.version = "0.1.0";
  options.receipt_timeout = 300ms;
  options.backoff_min = 50ms;
  options.backoff_max = 100ms;
  return options;
}

}  // namespace

TEST_CASE("uplink: a store that could not be read is read again without a new sale") {
  const TempDir folder;
  Broker broker(certificates(), folder.path());
  FakeService service(certificates());
  service.connect(broker.uri());
  Device device(Device::options(broker));
  device.sell(5);
  device.reader().failures = 1;
  device.start();
  REQUIRE(eventually([&] { return device.log.count("the outbox is locked") == 1; }));
  CHECK(eventually([&] { return device.all_delivered(); }));
}

TEST_CASE("uplink: a claim that is not in the store any more is named, once, and what lies before it is delivered") {
  const TempDir folder;
  Broker broker(certificates(), folder.path());
  FakeService service(certificates());
  service.connect(broker.uri());
  Device device(Device::options(broker));
  device.sell(9);
  device.reader().lost = 7;
  device.start();
  CHECK(eventually([&] { return device.status().last_error.find("claim 7 is missing") != std::string::npos; }));
  CHECK(device.delivered() == 6);
  for (int i = 0; i < 3; ++i) device.sell(1);
  static_cast<void>(device.strand_delay());
  const int before = device.reader().misses;
  REQUIRE(eventually([&] { return device.reader().misses >= before + 2; }));  // two rounds of the timer
  CHECK(device.log.count("claim 7 is missing") == 1);

  device.reader().lost = 0;
  device.sell(1);
  CHECK(eventually([&] { return device.all_delivered(); }));
}

TEST_CASE("uplink: a broker that never answers the subscription is left and tried again") {
  MuteBroker broker;
  Device device(plain(broker));
  device.sell(3);
  device.start();
  CHECK(eventually([&] { return broker.connections() >= 3; }));
  CHECK(device.log.count("does not answer our subscription") >= 1);
  CHECK(device.status().connects == 0);
}

TEST_CASE("uplink: an attempt of which nothing more is heard is left and tried again") {
  int listener = -1;  // nobody takes what connects to it
  const int port = listen_on_loopback(listener);
  MuteBroker unused;
  uplink::Options options = plain(unused);
  options.server_uri = "tcp://127.0.0.1:" + std::to_string(port);
  options.connecting_at_most = 100ms;
  Device device(options);
  device.start();
  CHECK(eventually([&] { return device.status().failures >= 3; }));
  CHECK(device.status().last_error.find("cannot connect: nothing came of it in time") != std::string::npos);
  ::close(listener);
}

TEST_CASE("uplink: a broker that says that another client took the session is believed") {
  MuteBroker broker(kGrantedThenTakenOver);
  Device device(plain(broker));
  device.start();
  CHECK(eventually([&] { return device.log.count("another client uses this device's id: was it cloned?") >= 2; }));
}

TEST_CASE("uplink: where the broker does not say so, sessions that end soon one after the other make it ask for another client") {
  const TempDir folder;
  Broker broker(certificates(), folder.path());
  Device device(Device::options(broker));
  device.start();
  const std::string asked = "does another client use this device's id?";
  for (std::size_t lost = 1; lost <= 3; ++lost) {
    CHECK(device.log.count(asked) == 0);
    REQUIRE(eventually([&] { return device.status().connected; }));
    const MqttClient twin(broker.uri(), "till-1", certificates(), "till-1", "", nullptr);
    REQUIRE(eventually([&] { return device.status().failures == lost; }));
  }
  CHECK(device.log.count(asked) == 1);
}

TEST_CASE("uplink: receipts that come faster than they are stored do not pile up") {
  const TempDir folder;
  Broker broker(certificates(), folder.path());
  FakeService service(certificates());
  service.connect(broker.uri());
  Device device(Device::options(broker));
  device.sell(3);
  device.start();
  REQUIRE(eventually([&] { return device.all_delivered(); }));

  TestSigner signer = service.signer();
  const std::string receipt = service.receipt(signer, service.head());
  const std::uint64_t before = device.status().receipts;
  device.book().hold();
  for (int i = 0; i < 200; ++i) service.publish_receipt("till-1", receipt);
  CHECK(eventually([&] { return device.book().held() >= 64; }));
  REQUIRE(come_to_rest(broker.port()));
  CHECK(device.book().held() == 64);
  CHECK(device.status().receipts - before == 64);

  device.book().release();
  device.sell(1);
  CHECK(eventually([&] { return device.all_delivered(); }));
}

TEST_CASE("uplink: the strand goes on while connections are lost and tried again") {
  // No other client in the process: Paho stops its threads with its last client, and waits for them.
  const TempDir folder;
  Broker broker(certificates(), folder.path());
  Device device(Device::options(broker));
  device.start();
  REQUIRE(eventually([&] { return device.status().connected; }));
  broker.kill();
  // Others may keep what it waits for from the processor once or twice, but not with every attempt.
  constexpr std::size_t kAttempts = 8;
  std::size_t slow = 0;
  CHECK(eventually([&] {
    if (device.strand_delay() > 90ms) ++slow;
    return device.status().failures >= kAttempts;
  }));
  CHECK(slow <= kAttempts / 3);
}
