// SPDX-License-Identifier: Apache-2.0
// What a broker refuses and what it announces: the tables of docs/troubleshooting.md, the daemon's column.
#include <doctest/doctest.h>

#include <chrono>

#include "tests/support/broker_faults.hpp"
#include "tests/unit/uplink/rig.hpp"

namespace greentill::uplink::announced_test {
namespace {

using namespace greentill::test;
using namespace std::chrono_literals;

constexpr std::string_view kNothing = "nothing";

uplink::Options options_for(const std::string& uri) {
  uplink::Options options;
  options.server_uri = uri;
  options.device_id = "till-1";
  options.authorities = certificates() / "ca.crt";
  options.certificate = certificates() / "till-1.crt";
  options.key = certificates() / "till-1.key";
  options.version = "0.1.0";
  options.receipt_timeout = std::chrono::hours(1);
  options.backoff_min = 10ms;
  options.backoff_max = 20ms;
  return options;
}

bool told(const Device& device, const std::string& words) {
  return says(device.status().last_error, words) || device.log.says(words);
}

}  // namespace

TEST_CASE("uplink: each refusal is told by the broker's reason, in log and status, and as long as it holds") {
  for_each_fault(kRefusals, [](const Trouble& trouble, const Script& script) {
    CAPTURE(trouble.happened);
    ScriptedBroker broker(certificates(), script);
    Device device(options_for(broker.uri()));
    device.start();
    const bool heard = eventually([&] { return told(device, trouble.daemon); });
    CHECK_MESSAGE(heard, device.status().last_error);
    if (device.log.says("the broker announces")) return;
    // No other cause comes in between, at whatever attempt.
    REQUIRE(eventually([&] { return device.status().failures >= 4; }));
    CHECK(says(device.status().last_error, trouble.daemon));
    CHECK(device.log.count("trying again in") == device.log.count(trouble.daemon.substr(0, trouble.daemon.find("…"))));
    CHECK(device.log.count("trying again in") <= 2);
  });
}

TEST_CASE("uplink: what a broker announces is kept to, or told") {
  for_each_fault(kAnnouncements, [](const Trouble& trouble, const Script& script) {
    CAPTURE(trouble.happened);
    ScriptedBroker broker(certificates(), script);
    Device device(options_for(broker.uri()));
    const bool holds = script.patience < 0ms;
    if (holds) device.sell(300);
    device.start();
    if (trouble.happened.ends_with("less than a claim")) return;  // below, with a service
    if (trouble.daemon == kNothing) {
      CHECK(eventually([&] { return device.status().connected; }));
    } else {
      const bool heard = eventually([&] { return told(device, trouble.daemon); });
      CHECK_MESSAGE(heard, device.status().last_error);
    }
    if (!holds || trouble.happened == "Maximum QoS 0") return;
    REQUIRE(eventually([&] { return device.status().connected; }));
    // The status and the question; behind this broker is no service that answers it.
    CHECK(eventually([&] { return broker.publications() >= 2; }));
    CHECK(broker.thrown_out() == 0);
    CHECK(device.status().failures == 0);
    if (script.largest_packet > 0) CHECK(broker.largest_seen() <= script.largest_packet);
  });
}

TEST_CASE("uplink: a broker that wants to hear from us more often does, on a second connection, and takes nobody for a clone") {
  for_each_fault(kAnnouncements, [](const Trouble& trouble, const Script& script) {
    if (!trouble.happened.starts_with("Server Keep Alive")) return;
    ScriptedBroker broker(certificates(), script);
    Device device(options_for(broker.uri()));
    device.start();
    REQUIRE(eventually([&] { return broker.pings() >= 3; }));
    CHECK(broker.thrown_out() == 0);
    REQUIRE(broker.connects().size() == 2);
    CHECK(broker.connects()[0].keep_alive == 60);
    CHECK(broker.connects()[1].keep_alive == 2);
    CHECK(device.status().connects == 1);
    CHECK(device.status().failures == 0);
    CHECK(device.status().last_error == "");
  });
}

TEST_CASE("uplink: the keep-alive that is configured is the one that the broker is told") {
  ScriptedBroker broker(certificates(), answering(connack(0)));
  auto options = options_for(broker.uri());
  options.keep_alive = 37s;
  Device device(options);
  device.start();
  REQUIRE(eventually([&] { return device.status().connected; }));
  REQUIRE(broker.connects().size() == 1);
  CHECK(broker.connects()[0].keep_alive == 37);
}

TEST_CASE("uplink: Mosquitto's own limits are kept to, and everything is delivered") {
  const TempDir folder;
  Broker broker(certificates(), folder.path(), "max_packet_size 2000\nmax_keepalive 10\nretain_available false\n");
  FakeService service(certificates());
  service.connect(broker.uri());
  Device device(Device::options(broker));
  device.sell(200);
  device.start();
  CHECK(eventually([&] { return device.all_delivered(); }));
  CHECK(device.log.says(
      "the broker announces: packets of at most 2000 bytes, a sign of life every 10 s, QoS 1 at most, no retained "
      "messages"));
  CHECK(device.status().batches_sent >= 40);
  CHECK(device.status().failures == 0);
}

TEST_CASE("uplink: a claim that is larger than the broker takes is named, and waits") {
  const TempDir folder;
  Broker broker(certificates(), folder.path(), "max_packet_size 600\n");
  FakeService service(certificates());
  service.connect(broker.uri());
  Device device(Device::options(broker));
  device.sell(1);
  device.start();
  CHECK(eventually([&] {
    return device.log.says("the broker takes packets of at most 600 bytes, and claim 2 needs … it waits, with all behind it");
  }));
  CHECK(device.delivered() <= 1);
  CHECK(device.status().failures == 0);
}

TEST_CASE("uplink: Mosquitto that offers no QoS 1 is told from one that does not answer") {
  const TempDir folder;
  Broker broker(certificates(), folder.path(), "max_qos 0\n");
  Device device(options_for(broker.uri()));
  device.start();
  CHECK(eventually([&] { return device.status().failures >= 2; }));
  CHECK_MESSAGE(device.status().last_error.find("QoS") != std::string::npos, device.status().last_error);
}

}  // namespace greentill::uplink::announced_test
