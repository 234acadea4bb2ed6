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

TEST_CASE("uplink: a ledger that went back without a new epoch is told, with both numbers, and gets again what it lacks") {
  Delivered at;
  at.device.stop();
  at.service.set_back(5, at.device.chain.hash_at(5));
  at.device.start();
  REQUIRE(eventually([&] { return at.service.booked() == 11; }));
  CHECK(at.device.log.count("ledger went back: it ends at claim 5 of this device, and had gone on to 11") == 1);
  CHECK(at.service.successors().empty());
  at.device.sell(3);
  CHECK(eventually([&] { return at.device.all_delivered() && at.device.status().last_error.empty(); }));
}

TEST_CASE(
    "uplink: a ledger that goes back while the device is connected is told at the next batch, and gets again what it lacks") {
  Delivered at;
  at.service.set_back(5, at.device.chain.hash_at(5));
  at.device.sell(3);
  REQUIRE(eventually([&] { return at.service.booked() == 14; }));
  CHECK(at.device.log.count("ledger went back: it ends at claim 5 of this device, and had gone on to 11") == 1);
  CHECK_FALSE(at.device.log.says("does not take claim"));
  CHECK(at.service.successors().empty());
  CHECK(eventually([&] { return at.device.all_delivered() && at.device.status().last_error.empty(); }));
}

TEST_CASE("uplink: a store that is behind the ledger makes anew what the ledger may lack, and sells on") {
  Delivered at;
  at.device.stop();
  at.device.sell(3);
  const claim::ChainHead ahead{at.device.chain.head().chain, 40, Digest{7}};  // as after claims that this store lacks
  at.service.go_elsewhere(ahead);
  at.device.start();
  REQUIRE(eventually([&] { return at.service.successors().size() == 1 && at.device.all_delivered(); }));
  CHECK(at.service.successors()[0] == claim::StartReason::store_went_back);
  CHECK(at.service.booked() == 4);  // the start and the three claims
  CHECK(at.device.log.count("the service has claims of this device's chain up to 40, and this store ends at 14") == 1);
  CHECK(at.device.status().repairs == 1);
  at.device.sell(2);
  CHECK(eventually([&] { return at.device.all_delivered() && at.device.status().last_error.empty(); }));
  CHECK(at.device.waiting() == 0);
  // Once is enough.
  at.device.stop();
  at.device.start();
  REQUIRE(eventually([&] { return at.device.status().connects == 3 && at.service.heard().ends_with('?'); }));
  at.device.sell(1);
  CHECK(eventually([&] { return at.device.all_delivered(); }));
  CHECK(at.device.status().repairs == 1);
}

TEST_CASE("uplink: another claim in its place, or another chain, is repaired as well") {
  Delivered at;
  at.device.stop();
  at.device.sell(3);
  SUBCASE("a twin sold on") { at.service.go_elsewhere({at.device.chain.head().chain, 12, Digest{7}}); }
  SUBCASE("a chain of which nothing is here") { at.service.go_elsewhere({claim::ChainId{9}, 12, Digest{7}}); }
  at.device.start();
  CHECK(eventually([&] { return at.service.successors().size() == 1 && at.device.all_delivered(); }));
  CHECK(at.service.booked() == 4);
}

TEST_CASE("uplink: a ledger that goes to another chain while claims are sent is asked, and repaired") {
  Delivered at;
  at.service.go_elsewhere({at.device.chain.head().chain, 12, Digest{7}});
  at.device.sell(3);
  CHECK(eventually([&] { return at.service.successors().size() == 1 && at.device.all_delivered(); }));
}

TEST_CASE("uplink: a repair that fails is tried again") {
  Delivered at;
  at.device.stop();
  at.device.sell(3);
  at.device.repairer().failures = 1;
  at.service.go_elsewhere({claim::ChainId{9}, 12, Digest{7}});
  at.device.start();
  REQUIRE(eventually([&] { return at.device.log.count("a new chain: the disk is full") == 1; }));
  CHECK(eventually([&] { return at.service.successors().size() == 1 && at.device.all_delivered(); }));
}

TEST_CASE("uplink: what was pruned and the restored ledger lacks is declared lost, and the rest made anew") {
  Delivered at;
  at.device.stop();
  at.device.run_on_writer([](outbox::Writer& writer) { CHECK(writer.prune({2'000'000'000, 0}, 6).value() == 6); });
  at.service.restore(4, at.device.chain.hash_at(4));
  at.device.sell(2);
  at.device.start();
  CHECK(eventually([&] { return at.service.successors().size() == 1 && at.device.all_delivered(); }));
  CHECK(at.service.gaps() == std::vector<std::string>{"5-6"});
  CHECK(at.service.booked() == 9);  // the start, the gap, claims 7 to 13
}

TEST_CASE("uplink: claims of an earlier chain that are not delivered go first, and its receipts count") {
  const TempDir folder;
  Broker broker(certificates(), folder.path());
  FakeService service(certificates());
  Device device(Device::options(broker));
  device.sell(600);
  device.begin_chain(2);
  device.sell(300);
  device.begin_chain(3);
  device.sell(3);
  service.connect(broker.uri());
  device.start();
  CHECK(eventually([&] { return device.all_delivered(); }));
  CHECK(service.successors().size() == 2);
  CHECK(device.waiting() == 0);
  CHECK(device.status().batches_resent == 0);
}
