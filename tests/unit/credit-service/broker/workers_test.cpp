// SPDX-License-Identifier: Apache-2.0
// Several workers on one database.
#include <algorithm>
#include <random>
#include <thread>

#include "tests/unit/credit-service/office.hpp"
#include "tools/credit-service/ledger/sqlite/books.hpp"

using namespace greentill;
using namespace greentill::test;

namespace {

struct Parcel {
  std::string device;
  std::vector<Bytestring> messages;
};

/// Three devices that claim rides of their own and take some of them back, cut into batches, some of them twice.
std::vector<Parcel> make_history(Office& office, std::mt19937& random, std::int64_t& stands) {
  std::vector<Parcel> parcels;
  std::uint32_t events = 0;
  const auto below = [&random](std::size_t limit) { return random() % limit; };
  for (std::uint8_t number = 1; number <= 3; ++number) {
    const std::string device = "dock-" + std::to_string(number);
    ChainBuilder chain(office.enrol(device), device, number);
    chain.add_start();
    while (chain.messages().size() < 40) {
      chain.add_ride(2000, of_event(++events));
      const std::size_t fate = below(6);
      if (fate == 0) chain.add(reversal_of(events));
      if (fate == 1) chain.add(reversal_of(events, 1500));
      stands += fate == 0 ? 0 : fate == 1 ? 41 : 167;
    }
    for (std::size_t first = 0; first < chain.messages().size();) {
      const std::size_t last = std::min(chain.messages().size(), first + 1 + below(8));
      for (std::size_t copies = 1 + below(2); copies > 0; --copies)
        parcels.push_back({device, slice(chain.messages(), first, last)});
      first = last;
    }
  }
  std::shuffle(parcels.begin(), parcels.end(), random);
  return parcels;
}

}  // namespace

TEST_CASE("a worker can book what it examined before another worker wrote") {
  Office office;
  ChainBuilder first(office.enrol("dock-1"), "dock-1");
  ChainBuilder second(office.enrol("dock-2"), "dock-2", 2);
  Desk slow(office), quick(office);
  for (ChainBuilder* chain : {&first, &second}) {
    chain->add_start();
    chain->add_ride(2000, of_event(chain == &first ? 1 : 2));
    chain->add_ride(2000, of_event(chain == &first ? 3 : 4));
  }
  slow.take("dock-1", first.messages()[0]);
  quick.take("dock-2", second.messages()[0]);
  const credit::Batch examined = slow.examined("dock-1", slice(first.messages(), 0, 2));
  CHECK(quick.take("dock-2", second.messages()).up_to == 3);
  const auto booked = slow.ledger().apply(examined, {});
  REQUIRE_MESSAGE(booked, (booked ? "" : booked.error().message));
  CHECK(booked->fields.processed_up_to == 2);
  // Each sees at once what the other did.
  CHECK(quick.take("dock-1", first.messages()[2]).up_to == 3);
  CHECK(slow.take("dock-1", first.messages()).granted.size() == 2);
  CHECK(slow.report().granted_mg == 4 * 167);
}

TEST_CASE("two workers examine the same batch, and it is booked once") {
  Office office;
  ChainBuilder chain(office.enrol("dock-1"), "dock-1");
  chain.add_start();
  chain.add_ride(2000, of_event(1));
  Desk one(office), other(office);
  const credit::Batch mine = one.examined("dock-1", chain.messages());
  const credit::Batch its = other.examined("dock-1", chain.messages());
  const auto first = one.ledger().apply(mine, {});
  const auto second = other.ledger().apply(its, {});
  REQUIRE(first);
  REQUIRE(second);
  CHECK(second->fields.processed_up_to == 2);
  CHECK(second->granted.size() == 1);
  CHECK(one.report().granted_mg == 167);
  CHECK(one.wrong().empty());
}

TEST_CASE("random histories, shuffled among three workers, give the same books, and they balance after every batch") {
  for (std::uint32_t seed = 1; seed <= 20; ++seed) {
    CAPTURE(seed);
    std::mt19937 random(seed);
    Office office;
    std::int64_t stands = 0;
    const std::vector<Parcel> parcels = make_history(office, random, stands);
    Desk desks[] = {Desk(office), Desk(office), Desk(office)};
    for (const Parcel& parcel : parcels) {
      Desk& desk = desks[random() % 3];
      desk.take(parcel.device, parcel.messages);
      CHECK(desk.wrong() == "");
    }
    CHECK(desks[0].report().granted_mg == stands);
    CHECK(desks[0].report().pending == 0);
    CHECK(desks[0].report().refused.empty());
  }
}

TEST_CASE("workers on threads of their own never fail each other, and nothing is booked twice") {
  std::mt19937 random(4);
  Office office;
  std::int64_t stands = 0;
  std::vector<Parcel> parcels = make_history(office, random, stands);
  std::atomic<std::size_t> next{0};
  std::atomic<int> failed{0};
  std::vector<std::thread> workers;
  std::vector<std::unique_ptr<Desk>> desks;
  for (int i = 0; i < 4; ++i) desks.push_back(std::make_unique<Desk>(office));
  for (int i = 0; i < 4; ++i) {
    workers.emplace_back([&, desk = desks[static_cast<std::size_t>(i)].get()] {
      for (std::size_t at = next++; at < parcels.size(); at = next++) {
        if (!desk->try_take(parcels[at].device, parcels[at].messages)) ++failed;
      }
    });
  }
  for (std::thread& worker : workers) worker.join();
  CHECK(failed == 0);
  CHECK(desks[0]->report().granted_mg == stands);
  CHECK(desks[0]->report().pending == 0);
  CHECK(desks[0]->wrong() == "");
}

TEST_CASE("workers that start at once on a new database make it once") {
  for (int round = 0; round < 20; ++round) {
    Office office;
    office.enrol("dock-1");
    std::atomic<int> failed{0};
    std::vector<std::thread> workers;
    for (int i = 0; i < 4; ++i) {
      workers.emplace_back([&] {
        const auto ledger = try_open_ledger(office);
        const auto books = office.open_books();
        if (!ledger || !books || !(*books)->check()) ++failed;
      });
    }
    for (std::thread& worker : workers) worker.join();
    CHECK(failed == 0);
    CHECK(Desk(office).report().claims == 0);
  }
}
