// SPDX-License-Identifier: Apache-2.0
// A broker that moves: two real ones, and a device that its settings send from one to the other.
#include <doctest/doctest.h>

#include "daemon/base/file.hpp"
#include "daemon/base/guarded.hpp"
#include "tests/unit/uplink/rig.hpp"

namespace greentill::test::moving_test {
namespace {

using namespace std::chrono_literals;

/// Keeps what it is told, as a file would.
class KeptBroker final : public uplink::BrokerBook {
 public:
  void keep(const std::string& broker) override { kept.set(broker); }
  Guarded<std::string> kept;
};

struct Fleet {
  Fleet() : old_broker(certificates(), old_folder.path()), new_broker(certificates(), new_folder.path()) {
    old_service.connect(old_broker.uri());
  }
  [[nodiscard]] uplink::Options options() {
    uplink::Options options = Device::options(old_broker);
    options.broker.book = &book;
    options.broker.patience = 500ms;
    options.broker.pause_min = 100ms;
    options.broker.pause_max = 200ms;
    return options;
  }
  [[nodiscard]] static bool uses(const Device& device, const Broker& broker) { return device.status().broker == broker.uri(); }

  TempDir old_folder, new_folder;
  Broker old_broker, new_broker;
  FakeService old_service{certificates()}, new_service{certificates()};
  KeptBroker book;
};

}  // namespace

TEST_CASE("moving: a device goes to the broker that its settings name once that has given a receipt, and stays") {
  Fleet fleet;
  Device device(fleet.options());
  device.start();
  device.sell(3);
  REQUIRE(eventually([&] { return device.all_delivered(); }));
  CHECK(Fleet::uses(device, fleet.old_broker));
  const std::uint64_t connects = device.status().connects;

  // The broker stands, and no service is behind it yet: the device goes back, and sells over the former one.
  device.broker_named(fleet.new_broker.uri());
  REQUIRE(eventually([&] { return device.status().moving.find("no receipt came over it; going on with") != std::string::npos; }));
  CHECK(Fleet::uses(device, fleet.old_broker));
  CHECK(fleet.book.kept.get().empty());
  device.sell(3);
  REQUIRE(eventually([&] { return device.all_delivered(); }));
  CHECK(device.status().connects > connects);

  const claim::ReceiptFields head = fleet.old_service.head();
  fleet.new_service.go_elsewhere({head.chain, head.processed_up_to, head.payload_hash});
  fleet.new_service.connect(fleet.new_broker.uri());
  REQUIRE(eventually([&] { return Fleet::uses(device, fleet.new_broker); }));
  CHECK(device.status().moving.empty());
  CHECK(eventually([&] { return fleet.book.kept.get() == fleet.new_broker.uri(); }));
  // It is final: what becomes of the former one does not matter.
  fleet.old_service.disconnect();
  fleet.old_broker.kill();
  fleet.new_service.disconnect();
  fleet.new_broker.stop();
  fleet.new_broker.start();
  fleet.new_service.connect(fleet.new_broker.uri());
  device
      .question_now();  // where it was back before the service was, what it asked then is lost, and its patience has no end here
  device.sell(3);
  CHECK(eventually([&] { return device.all_delivered(); }));
  CHECK(fleet.new_service.booked_twice() == 0);
  CHECK(Fleet::uses(device, fleet.new_broker));
}

TEST_CASE("moving: an address at which nobody listens, or somebody else, takes no connection from the broker in use") {
  Fleet fleet;
  Device device(fleet.options());
  device.start();
  device.sell(1);
  REQUIRE(eventually([&] { return device.all_delivered(); }));
  const std::uint64_t connects = device.status().connects;
  device.broker_named("mqtts://localhost:1");
  REQUIRE(
      eventually([&] { return device.status().moving.find("mqtts://localhost:1 that the settings name") != std::string::npos; }));
  // Its certificate names another host.
  const std::string other = "mqtts://[::1]:" + std::to_string(fleet.new_broker.port());
  device.broker_named(other);
  REQUIRE(eventually([&] { return device.status().moving.find("mqtts://[::1]:") != std::string::npos; }));
  device.sell(5);
  REQUIRE(eventually([&] { return device.all_delivered(); }));
  CHECK(device.status().connects == connects);
  CHECK(device.status().connected);
  device.broker_named("");
  CHECK(eventually([&] { return device.status().moving.empty(); }));
  CHECK(fleet.book.kept.get().empty());
}

TEST_CASE("moving: a device that starts goes to the broker that gave the last receipt, and tries the one that is meant") {
  Fleet fleet;
  uplink::Options options = fleet.options();
  options.server_uri = "mqtts://localhost:1";
  options.broker.kept = fleet.old_broker.uri();
  options.broker.named = "mqtts://localhost:2";
  Device device(options);
  device.start();
  device.sell(2);
  REQUIRE(eventually([&] { return device.all_delivered(); }));
  CHECK(eventually([&] { return !device.status().moving.empty(); }));
  // The configured one is meant again, which is dead.
  device.broker_named("");
  CHECK(eventually([&] { return device.status().moving.find("mqtts://localhost:1 ") != std::string::npos; }));
  CHECK(Fleet::uses(device, fleet.old_broker));
  device.broker_named(fleet.old_broker.uri());
  CHECK(eventually([&] { return device.status().moving.empty(); }));
}

TEST_CASE("moving: what the file keeps is void once another broker is configured") {
  const TempDir folder;
  const auto file = folder / "broker";
  CHECK(uplink::FileBrokerBook::load(file, "mqtts://a").value().empty());
  REQUIRE(write_file_durably(file, "mqtts://b:8883 mqtts://a\n"));
  CHECK(uplink::FileBrokerBook::load(file, "mqtts://a").value() == "mqtts://b:8883");
  CHECK(uplink::FileBrokerBook::load(file, "mqtts://c").value().empty());
  REQUIRE(write_file_durably(file, "\n"));
  CHECK(uplink::FileBrokerBook::load(file, "mqtts://a").value().empty());
  for (const char* const broken : {"mqtts://b:8883\n", "http://b mqtts://a\n"}) {
    REQUIRE(write_file_durably(file, broken));
    CHECK(uplink::FileBrokerBook::load(file, "mqtts://a").error().code == ErrorCode::corrupt);
  }
  CHECK(uplink::places_of("mqtts://a", "", "").wanted == "mqtts://a:8883");
  CHECK(uplink::places_of("ssl://a", "mqtts://a:8883", "").wanted == uplink::places_of("ssl://a", "", "").proven);
}

}  // namespace greentill::test::moving_test
