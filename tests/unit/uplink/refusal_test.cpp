// SPDX-License-Identifier: Apache-2.0
// Whom the uplink does not believe, and who does not believe it.
#include <doctest/doctest.h>

#include <chrono>
#include <cstdlib>
#include <fstream>

#include "daemon/base/file.hpp"
#include "tests/support/mute_broker.hpp"
#include "tests/unit/uplink/rig.hpp"

using namespace greentill;
using namespace greentill::test;
using namespace std::chrono_literals;

namespace {

/// A certificate by the CA of the tests, made with the openssl tool.
void issue(const std::filesystem::path& folder, const std::string& name, const std::string& extensions, int days) {
  const std::string base = (folder / name).string();
  std::ofstream(base + ".ext") << extensions << '\n';
  const std::string ca = (certificates() / "ca").string();
  const std::string command = "openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj /CN=till-1 -keyout '" +
                              base + ".key' -out '" + base + ".csr' 2>/dev/null && openssl x509 -req -in '" + base +
                              ".csr' -CA '" + ca + ".crt' -CAkey '" + ca + ".key' -set_serial 77 -days " + std::to_string(days) +
                              " -extfile '" + base + ".ext' -out '" + base + ".crt' 2>/dev/null";
  REQUIRE(std::system(command.c_str()) == 0);
}

bool mentions(const Device& device, const std::string& text) {
  return device.status().last_error.find(text) != std::string::npos;
}

TestSigner signer_of(const std::string& name) {
  return TestSigner(*read_file(certificates() / (name + ".key")), *read_file(certificates() / (name + ".crt")));
}

}  // namespace

TEST_CASE("uplink: receipts that the service did not sign for this chain mark nothing") {
  const TempDir folder;
  Broker broker(certificates(), folder.path());
  FakeService service(certificates());
  service.copies = [](int) { return 0; };
  service.connect(broker.uri());
  Device device(Device::options(broker));
  device.sell(10);
  device.start();
  REQUIRE(eventually([&] { return service.head().processed_up_to == 11; }));

  const claim::ReceiptFields fields = service.head();
  TestSigner stranger("credit");
  TestSigner other_device = signer_of("till-2");
  TestSigner service_key = signer_of("service");
  std::string changed = service.receipt(service_key, fields);
  changed.back() = static_cast<char>(changed.back() ^ 1);
  claim::ReceiptFields for_another = fields;
  for_another.device = "till-2";
  const std::string bad[] = {service.receipt(stranger, fields),
                             service.receipt(other_device, fields),
                             changed,
                             service.receipt(service_key, for_another),
                             "no receipt at all",
                             ""};
  std::uint64_t sent = 0;
  for (const std::string& bytes : bad) {
    service.publish_receipt("till-1", bytes);
    ++sent;
    CAPTURE(sent);
    CHECK(eventually([&] { return device.status().receipts_refused == sent; }));
  }
  CHECK(device.delivered() == 0);
  CHECK(device.status().receipts == 1);  // the answer to its question

  service.publish_receipt("till-1", service.receipt(service_key, fields));
  CHECK(eventually([&] { return device.all_delivered(); }));
}

TEST_CASE("uplink: receipts under a certificate that the service took since are told once, and for as long as they come") {
  const TempDir folder;
  Broker broker(certificates(), folder.path());
  FakeService service(certificates());
  service.copies = [](int) { return 0; };
  service.connect(broker.uri());
  auto options = Device::options(broker);
  options.receipt_timeout = 100ms;
  Device device(options);
  device.sell(10);
  device.start();
  REQUIRE(eventually([&] { return service.head().processed_up_to == 11; }));
  REQUIRE(eventually([&] { return mentions(device, "no receipt for the claims from seq 1"); }));
  const auto silences = [&] { return device.log.count("no receipt for the claims"); };

  TestSigner renewed("credit");
  const std::string told = "was the service's certificate renewed under a new key?";
  service.publish_receipt("till-1", service.receipt(renewed, service.head()));
  REQUIRE(eventually([&] { return mentions(device, told); }));
  const std::size_t before = silences();
  const std::uint64_t resent = device.status().batches_resent;
  REQUIRE(eventually([&] {
    service.publish_receipt("till-1", service.receipt(renewed, service.head()));
    return device.status().batches_resent > resent + 1;
  }));
  CHECK(mentions(device, told));
  CHECK(mentions(device, "uplink.receipt_certificates"));
  CHECK(device.log.count(told) == 1);
  CHECK(silences() == before);

  TestSigner service_key = signer_of("service");
  service.publish_receipt("till-1", service.receipt(service_key, service.head()));
  CHECK(eventually([&] { return device.all_delivered() && device.status().last_error.empty(); }));
}

TEST_CASE("uplink: a claim that the service does not take is told with what the device finds wrong by the service's clock") {
  const TempDir folder;
  Broker broker(certificates(), folder.path());
  FakeService service(certificates());
  service.takes_nothing = true;
  service.connect(broker.uri());
  auto options = Device::options(broker);
  options.receipt_timeout = 100ms;
  options.own_certificate = [](std::int64_t service_time) { return "judged at " + std::to_string(service_time); };
  Device device(options);
  device.sell(1);
  device.start();
  CHECK(eventually([&] {
    return mentions(device,
                    "the service answers, but does not take claim 1: judged at " + std::to_string(service.head().service_time));
  }));
}

TEST_CASE("uplink: a broker that forbids us to publish is tried with back-off, and says so") {
  const TempDir folder;
  Broker broker(certificates(), folder.path());
  auto options = Device::options(broker);
  options.device_id = "till-2";  // with the certificate of till-1
  options.backoff_min = 300ms;
  Device device(options);
  device.sell(100);
  device.start();
  CHECK(eventually([&] { return mentions(device, "Not authorized (135)"); }));
  CHECK(eventually([&] { return device.status().failures >= 4; }));
  CHECK(device.status().batches_sent <= (device.status().failures + 1) * options.batches_in_flight);
  CHECK(device.delivered() == 0);
}

TEST_CASE("uplink: a broker whose certificate another CA made is not talked to") {
  const TempDir folder;
  const TempDir elsewhere;
  make_certificates(elsewhere.path(), {});
  Broker broker(certificates(), folder.path());
  auto options = Device::options(broker);
  options.authorities = elsewhere / "ca.crt";
  Device device(options);
  device.start();
  CHECK(eventually([&] { return mentions(device, "not vouched for by " + options.authorities.string()); }));
  CHECK(device.status().connects == 0);
}

TEST_CASE("uplink: a broker whose certificate names another host is not talked to") {
  const TempDir folder;
  const TempDir forged;
  issue(forged.path(), "broker", "subjectAltName = DNS:broker.example", 10);
  std::filesystem::copy(certificates() / "ca.crt", forged / "ca.crt");
  Broker broker(forged.path(), folder.path());
  Device device(Device::options(broker));
  device.start();
  CHECK(eventually([&] { return mentions(device, "certificate names another host"); }));
  CHECK(device.status().connects == 0);
}

TEST_CASE("uplink: a certificate of ours that the broker refuses is named at every attempt, and why") {
  const TempDir folder;
  Broker broker(certificates(), folder.path());
  auto options = Device::options(broker);
  options.backoff_max = 50ms;
  std::string why;
  SUBCASE("expired") {
    issue(folder.path(), "till-1", "extendedKeyUsage = clientAuth", -1);
    options.certificate = folder / "till-1.crt";
    options.key = folder / "till-1.key";
    why = "expired";
  }
  SUBCASE("another CA's") {
    make_certificates(folder / "elsewhere", {"till-1"});
    options.certificate = folder / "elsewhere" / "till-1.crt";
    options.key = folder / "elsewhere" / "till-1.key";
    why = "unknown CA";
  }
  Device device(options);
  device.start();
  constexpr std::size_t kAttempts = 6;
  REQUIRE(eventually([&] { return device.status().failures >= kAttempts; }));
  CHECK(device.log.count("trying again in") > 0);
  CHECK(device.log.count("the broker refuses our certificate " + options.certificate.string() + " (") ==
        device.log.count("trying again in"));
  CHECK(mentions(device, why));
  CHECK(device.status().connects == 0);
}

TEST_CASE("uplink: what keeps a connection from coming about is told apart") {
  const TempDir folder;
  Broker broker(certificates(), folder.path());
  const MuteBroker plain;
  auto options = Device::options(broker);
  std::string said;
  SUBCASE("a name that nobody knows") {
    options.server_uri = "mqtts://broker.invalid:8883";
    said = "the host name broker.invalid cannot be looked up (";
  }
  SUBCASE("no TLS there") {
    options.server_uri = "mqtts" + plain.uri().substr(3);
    said = "does not speak TLS; is the port right?";
  }
  SUBCASE("nothing there") {
    broker.kill();
    said = "nothing listens there (connection refused)";
  }
  SUBCASE("another's key") {
    options.key = certificates() / "till-2.key";
    said = options.key.string() + " cannot be used";
  }
  SUBCASE("no key") {
    options.key = folder / "none.key";
    said = options.key.string() + " cannot be used";
  }
  Device device(options);
  device.start();
  CHECK(eventually([&] { return mentions(device, said); }));
  CHECK(device.stop() < 2s);
}

TEST_CASE("uplink: without a broker, or with an address that will not do, it says what is wrong and stops at once") {
  auto options = [] {
    const TempDir folder;
    Broker broker(certificates(), folder.path());
    return Device::options(broker);
  }();
  {
    Device device(options);
    device.sell(3);
    device.start();
    CHECK(eventually([&] { return device.status().failures >= 2; }));
    CHECK(mentions(device, "cannot connect"));
    CHECK(device.stop() < 2s);
  }
  options.server_uri = "tcp://broker.example:1883";
  Device device(options);
  device.start();
  CHECK(mentions(device, "not encrypted"));
}
