// SPDX-License-Identifier: Apache-2.0
// A worker at a real broker.
#include <csignal>
#include <mutex>
#include <thread>

#include "tests/support/broker.hpp"
#include "tests/support/mqtt_client.hpp"
#include "tests/support/mute_broker.hpp"
#include "tests/support/wait.hpp"
#include "tests/unit/credit-service/running_worker.hpp"

using namespace greentill;
using namespace greentill::test;
using namespace std::chrono_literals;

namespace {

/// A device's connection, which keeps the receipts it got.
class Line {
 public:
  Line(const Broker& broker, const std::filesystem::path& certificates)
      : client_(broker.uri(), "dock-7", certificates, "dock-7", "greentill/v1/dock-7/receipts",
                [this](MqttClient&, const MqttMessage& message) {
                  const std::lock_guard guard(mutex_);
                  receipts_.push_back(message);
                }) {}
  bool send(const std::vector<Bytestring>& messages, const std::string& correlation) {
    MqttMessage batch{"greentill/v1/dock-7/claims", {}, "application/cbor-seq", correlation, "greentill/v1/dock-8/receipts"};
    for (const Bytestring& message : messages) batch.payload.append(message.begin(), message.end());
    return client_.publish(batch);
  }
  std::vector<MqttMessage> receipts() {
    const std::lock_guard guard(mutex_);
    return receipts_;
  }

 private:
  std::mutex mutex_;
  std::vector<MqttMessage> receipts_;
  MqttClient client_;
};

credit::Reply reply_of(const MqttMessage& message) {
  return {{message.correlation.begin(), message.correlation.end()}, {message.payload.begin(), message.payload.end()}};
}

}  // namespace

TEST_CASE("a worker answers on the device's own topic, survives the broker's death and takes a flood") {
  const TempDir folder;
  make_certificates(folder / "certificates", {"dock-7"});
  Broker broker(folder / "certificates", folder.path());
  Office office;
  ChainBuilder chain(office.enrol("dock-7"));
  chain.add_start();
  for (std::uint32_t i = 1; i <= 401; ++i) chain.add_ride(2000, of_event(i));
  RunningWorker worker(office, broker.uri(), folder / "certificates");
  REQUIRE(eventually([&] { return office.log.says("takes batches from"); }));
  {
    Line line(broker, folder / "certificates");
    // This is no device's batch; it is dropped where it arrives.
    REQUIRE(line.send(slice(chain.messages(), 0, 2), std::string(65, 'c')));
    REQUIRE(line.send({}, "a question"));
    REQUIRE(line.send(slice(chain.messages(), 0, 2), "one"));
    REQUIRE(eventually([&] { return line.receipts().size() == 2; }));
    CHECK(worker.desk().open(reply_of(line.receipts().front())).up_to == 0);
    const MqttMessage receipt = line.receipts().back();
    CHECK(receipt.topic == "greentill/v1/dock-7/receipts");
    CHECK(receipt.correlation == "one");
    CHECK(worker.desk().open(reply_of(receipt)).up_to == 2);
  }
  broker.kill();
  broker.start();
  Line line(broker, folder / "certificates");
  // What is published before the worker is back goes nowhere: nobody is subscribed.
  REQUIRE(eventually([&] { return office.log.count("takes batches from") == 2; }));
  REQUIRE(line.send(slice(chain.messages(), 0, 2), "again"));
  REQUIRE(eventually([&] { return !line.receipts().empty(); }));
  for (std::size_t seq = 3; seq <= 402; ++seq) {
    // False while as much is in flight as the client allows.
    REQUIRE(eventually([&] { return line.send(slice(chain.messages(), seq - 1, seq), std::to_string(seq)); }));
  }
  REQUIRE(eventually([&] { return line.receipts().back().correlation == "402"; }));
  CHECK(worker.desk().open(reply_of(line.receipts().back())).up_to == 402);
  Desk other(office);
  CHECK(other.report().granted_mg == 401 * 167);
  CHECK(other.wrong() == "");
}

TEST_CASE("a worker whose id another one uses says so, and leaves it more and more time") {
  Office office;
  SUBCASE("the broker gives the reason") {
    MuteBroker broker(kGrantedThenTakenOver);
    RunningWorker worker(office, broker.uri(), "/nowhere");
    CHECK(eventually([&] { return office.log.count("another client uses this worker's id; give each its own with") >= 2; }));
    // Five times the first pause, which a connection takes no time beside.
    CHECK(eventually([&] { return broker.longest_gap() >= 1s; }));
    CHECK(worker.stop());
  }
  SUBCASE("it does not") {
    const TempDir folder;
    make_certificates(folder / "certificates", {});
    Broker broker(folder / "certificates", folder.path());
    RunningWorker worker(office, broker.uri(), folder / "certificates");
    RunningWorker twin(office, broker.uri(), folder / "certificates");
    CHECK(eventually([&] { return office.log.says("the connection was lost; so it was the last times"); }));
    CHECK(office.log.says("does another worker use the id credit-1 (each needs its own --client-id)?"));
  }
}

TEST_CASE("a worker whose connection goes before its subscription is answered connects again, and can be stopped meanwhile") {
  Office office;
  SUBCASE("lost") {
    const std::vector<unsigned char> taken_over(kGrantedThenTakenOver.end() - 4, kGrantedThenTakenOver.end());
    MuteBroker broker(taken_over);
    RunningWorker worker(office, broker.uri(), "/nowhere");
    CHECK(eventually([&] { return broker.connections() >= 3; }));
    CHECK(office.log.says("another client uses this worker's id"));
  }
  SUBCASE("no answer") {
    MuteBroker broker;
    RunningWorker worker(office, broker.uri(), "/nowhere");
    REQUIRE(eventually([&] { return broker.connections() == 1; }));
    CHECK(worker.stop());
  }
}

TEST_CASE("a worker that may not subscribe gives up at once") {
  Office office;
  MuteBroker broker(kNotGranted);
  RunningWorker worker(office, broker.uri(), "/nowhere");
  const Status ended = worker.wait();
  REQUIRE(!ended);
  CHECK(ended.error().message.find("cannot subscribe to the devices' claims: the broker refuses: Not authorized (135)") !=
        std::string::npos);
}

TEST_CASE("a worker that cannot connect says why") {
  const TempDir folder;
  make_certificates(folder / "certificates", {});
  make_certificates(folder / "elsewhere", {});
  Broker broker(folder / "certificates", folder.path());
  Office office;
  SUBCASE("its certificate is another CA's") {
    std::filesystem::copy_file(folder / "certificates" / "ca.crt", folder / "elsewhere" / "ca.crt",
                               std::filesystem::copy_options::overwrite_existing);
    RunningWorker worker(office, broker.uri(), folder / "elsewhere");
    const std::string said = "the broker refuses our certificate " + (folder / "elsewhere" / "service.crt").string();
    CHECK(eventually([&] { return office.log.count(said) >= 2; }));
  }
  SUBCASE("nothing is there") {
    broker.kill();
    RunningWorker worker(office, broker.uri(), folder / "certificates");
    CHECK(eventually([&] { return office.log.says("nothing listens there (connection refused)"); }));
  }
  CHECK_FALSE(office.log.says("MQTT error"));
}
