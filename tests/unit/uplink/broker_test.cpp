// SPDX-License-Identifier: Apache-2.0
// Delivery through a real broker.
#include <doctest/doctest.h>

#include <algorithm>
#include <chrono>

#include "tests/unit/uplink/rig.hpp"

using namespace greentill;
using namespace greentill::test;
using namespace std::chrono_literals;

namespace {

/// Listens to the devices' status.
class StatusWatch {
 public:
  explicit StatusWatch(const Broker& broker)
      : client_(broker.uri(), "watch", certificates(), "service", "greentill/v1/+/status",
                [this](MqttClient&, const MqttMessage& message) {
                  const std::lock_guard guard(mutex_);
                  said_.push_back(message.payload);
                }) {}
  [[nodiscard]] std::size_t times(const std::string& word) const {
    const std::lock_guard guard(mutex_);
    return static_cast<std::size_t>(
        std::ranges::count_if(said_, [&](const std::string& one) { return one.find(word) != std::string::npos; }));
  }

 private:
  mutable std::mutex mutex_;
  std::vector<std::string> said_;
  MqttClient client_;
};

}  // namespace

TEST_CASE("uplink: a backlog drains in full batches, each claim booked once and none sent twice") {
  const TempDir folder;
  Broker broker(certificates(), folder.path());
  FakeService service(certificates());
  service.connect(broker.uri());
  Device device(Device::options(broker));
  device.sell(40'000);

  const auto begin = std::chrono::steady_clock::now();
  device.start();
  REQUIRE(eventually([&] { return device.all_delivered(); }));
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begin;
  MESSAGE("drained ", 40'000 / took.count(), " claims a second");

  CHECK(service.booked() == device.chain.head().seq);
  CHECK(service.booked_twice() == 0);
  CHECK(device.status().batches_resent == 0);
  CHECK(device.status().connected);
  CHECK(device.status().last_error.empty());
  CHECK(device.backlog().waiting == 0);
  CHECK(service.largest_batch_bytes() <= 128u << 10);
  CHECK(service.last_batch().content_type == "application/cbor-seq");
  CHECK(service.last_batch().response_topic == "greentill/v1/till-1/receipts");
  CHECK(service.last_batch().correlation.size() == 32);

  device.sell(1);
  CHECK(eventually([&] { return device.all_delivered(); }));
}

TEST_CASE("uplink: the status is online while it runs, offline after a stop and offline by the will after a cut") {
  const TempDir folder;
  Broker broker(certificates(), folder.path());
  const StatusWatch watch(broker);
  Device device(Device::options(broker));
  device.start();
  CHECK(eventually([&] { return watch.times("online") == 1; }));
  device.stop();
  CHECK(eventually([&] { return watch.times("offline") == 1; }));
  device.start();
  CHECK(eventually([&] { return watch.times("online") == 2; }));
  // Another client takes the session, as a cloned device would: this one loses its connection without a word, and comes back.
  const MqttClient twin(broker.uri(), "till-1", certificates(), "till-1", "", nullptr);
  CHECK(eventually([&] { return watch.times("offline") == 2; }));
  CHECK(eventually([&] { return watch.times("online") == 3; }));
  CHECK(device.log.count("trying again in") > 0);
}

TEST_CASE("uplink: everything arrives once although the broker is killed in the middle and starts again") {
  const TempDir folder;
  Broker broker(certificates(), folder.path());
  FakeService service(certificates());
  service.connect(broker.uri());
  // Moved by hand, it does not try again before the service does, which alone takes what is sent.
  Device device(Device::options(broker), Time::by_hand);
  device.sell(30'000);
  device.start();
  for (const std::uint64_t mark : {2'000u, 9'000u, 16'000u}) {
    REQUIRE(eventually([&] { return device.delivered() > mark; }));
    broker.kill();
    service.disconnect();
    device.sell(100);
    CHECK(eventually([&] { return !device.status().connected; }));
    broker.start();
    service.connect(broker.uri());
    REQUIRE(eventually([&] {
      if (!device.status().connected) device.advance(100ms);
      return device.status().connected;
    }));
  }
  CHECK(eventually([&] { return device.all_delivered(); }));
  CHECK(service.booked() == device.chain.head().seq);
  CHECK(service.booked_twice() == 0);
  CHECK(device.status().connects == 4);
}

TEST_CASE("uplink: lost and doubled receipts delay claims and lose none") {
  const TempDir folder;
  Broker broker(certificates(), folder.path());
  FakeService service(certificates());
  service.copies = [](int batch) { return batch % 5 == 0 ? 0 : batch % 3; };
  service.connect(broker.uri());
  auto options = Device::options(broker);
  options.receipt_timeout = 200ms;
  options.max_claims_a_batch = 20;
  Device device(options);
  device.sell(2'000);
  device.start();
  CHECK(eventually([&] { return device.all_delivered(); }));
  CHECK(service.booked() == device.chain.head().seq);
}

TEST_CASE("uplink: while no service listens, claims wait, are tried again with patience, and arrive when it comes") {
  const TempDir folder;
  Broker broker(certificates(), folder.path());
  auto options = Device::options(broker);
  options.receipt_timeout = 100ms;
  Device device(options);
  device.sell(5'000);
  device.start();
  CHECK(eventually([&] { return device.log.count("Is the credit service running?") >= 2; }));
  CHECK(device.status().last_error.find("Is the credit service running?") != std::string::npos);
  CHECK(device.status().batches_sent == 0);  // it asks before it sends
  FakeService service(certificates());
  service.connect(broker.uri());
  CHECK(eventually([&] { return device.all_delivered(); }));
  CHECK(device.status().last_error.empty());
}

TEST_CASE(
    "uplink: a service that answers and takes nothing is no service that is away, and its receipts do not say that all is well") {
  const TempDir folder;
  Broker broker(certificates(), folder.path());
  FakeService service(certificates());
  service.takes_nothing = true;
  service.connect(broker.uri());
  auto options = Device::options(broker);
  options.receipt_timeout = 200ms;
  Device device(options, Time::by_hand);
  device.sell(5);
  device.start();
  REQUIRE(eventually([&] { return device.status().receipts > 1; }));  // the answer to its question, and the batch's
  static_cast<void>(device.strand_delay());
  CHECK(device.status().last_error.empty());
  device.advance(200ms);
  const std::string said =
      "the service answers, but does not take claim 1: has the operator registered this device's certificate?";
  REQUIRE(eventually([&] { return device.log.count(said) == 1; }));
  const std::uint64_t before = device.status().receipts;
  REQUIRE(eventually([&] { return device.status().receipts > before; }));
  static_cast<void>(device.strand_delay());  // what the receipt set off is done
  CHECK(device.status().last_error.starts_with(said));
  CHECK(device.log.count("Is the credit service running?") == 0);

  service.takes_nothing = false;
  CHECK(eventually([&] {
    device.advance(200ms);
    return device.all_delivered();
  }));
  CHECK(eventually([&] { return device.status().last_error.empty(); }));
}

TEST_CASE("uplink: claims refused for now are sent again, as they were, without holding up the others") {
  const TempDir folder;
  Broker broker(certificates(), folder.path());
  FakeService service(certificates());
  service.refuse_once = {3, 4, 5, 700};
  service.connect(broker.uri());
  Device device(Device::options(broker));
  device.sell(1'000);
  device.start();
  CHECK(eventually([&] { return device.all_delivered(); }));
  CHECK(eventually([&] { return device.backlog().refused_retry == 0 && service.retried().size() == 4; }));
  CHECK(service.booked_twice() == 0);
}

TEST_CASE("uplink: claims refused for now are sent again as soon as somebody asks for it") {
  const TempDir folder;
  Broker broker(certificates(), folder.path());
  FakeService service(certificates());
  service.refuse_once = {3, 4, 5, 700};
  service.connect(broker.uri());
  uplink::Options options = Device::options(broker);
  options.retry_refused_after = std::chrono::hours(24);
  Device device(options);
  device.sell(1'000);
  device.retry_now();  // before the start it is for nothing
  device.start();
  REQUIRE(eventually([&] { return device.all_delivered(); }));
  CHECK(device.backlog().refused_retry == 4);
  CHECK(service.retried().empty());
  CHECK(eventually([&] {
    device.retry_now();
    return device.backlog().refused_retry == 0;
  }));
  CHECK(service.booked_twice() == 0);
}

TEST_CASE("uplink: a pause before the next try ends as soon as somebody asks for it") {
  const TempDir folder;
  Broker broker(certificates(), folder.path());
  FakeService service(certificates());
  uplink::Options options = Device::options(broker);
  options.backoff_min = options.backoff_max = std::chrono::hours(24);
  broker.kill();
  Device device(options);
  device.sell(10);
  device.start();
  REQUIRE(eventually([&] { return device.log.count("trying again in") > 0; }));
  broker.start();
  service.connect(broker.uri());
  CHECK(eventually([&] {
    device.retry_now();
    return device.all_delivered();
  }));
}

TEST_CASE("uplink: a ledger restored from a backup gets its claims again") {
  const TempDir folder;
  Broker broker(certificates(), folder.path());
  FakeService service(certificates());
  service.connect(broker.uri());
  Device device(Device::options(broker));
  device.sell(3'000);
  device.start();
  REQUIRE(eventually([&] { return device.all_delivered(); }));
  service.restore(1'200, device.chain.hash_at(1'200));
  device.sell(1);
  CHECK(eventually([&] { return service.booked() == device.chain.head().seq; }));
  CHECK(eventually([&] { return device.all_delivered(); }));
  CHECK(device.status().batches_resent > 0);
}

TEST_CASE("uplink: a ledger that went back in a receipt of an earlier connection gets its claims again") {
  const TempDir folder;
  Broker broker(certificates(), folder.path());
  FakeService service(certificates());
  service.connect(broker.uri());
  Device device(Device::options(broker));
  device.sell(300);
  device.start();
  REQUIRE(eventually([&] { return device.all_delivered(); }));
  // The store is slow to take the receipt; meanwhile the connection ends and another begins.
  device.book().hold();
  service.restore(120, device.chain.hash_at(120));
  auto key = service.signer();
  service.publish_receipt("till-1", service.receipt(key, service.head()));
  REQUIRE(eventually([&] { return device.book().held() == 1; }));
  device.stop();
  device.start();
  REQUIRE(eventually([&] { return device.status().connected && device.status().connects == 2; }));
  device.book().release();
  REQUIRE(eventually([&] { return device.delivered() == 120; }));
  device.sell(1);
  CHECK(eventually([&] { return service.booked() == device.chain.head().seq; }));
  CHECK(eventually([&] { return device.all_delivered(); }));
}
