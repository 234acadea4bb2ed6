// SPDX-License-Identifier: Apache-2.0
// The engine goes on under other settings while it works.
#include <deque>
#include <thread>

#include "daemon/outbox/stored_claim.hpp"
#include "tests/unit/engine/fixture.hpp"

namespace greentill::adopted_settings_test {
namespace {

using test::ClaimAt;
using test::claimed;
using test::Device;
using test::ride;
using test::root_text;
using test::settings_with;

Status adopt(Device& device, const identity::Settings& settings) {
  std::promise<Status> done;
  device.engine().adopt(settings, {&settings.roots.front(), {}}, [&done](const Status& status) { done.set_value(status); });
  return done.get_future().get();
}

}  // namespace

TEST_CASE("adopted settings: under the same assignment the chain goes on, under the roots that are named now") {
  const test::TempDir folder;
  Device device(folder.path(), settings_with(root_text(1, "r")));
  claimed(device, "1");
  identity::Settings next = settings_with(root_text(2, "other"));
  next.number = 7;
  REQUIRE(adopt(device, next).ok());
  const std::uint64_t seq = claimed(device, "2");
  CHECK(seq == 3);  // behind the start and the first
  CHECK(ClaimAt(device.reader(), seq).as<claim::Reduction>().nullifiers.begin()->root == 2);
  CHECK(device.reader().settings_number().value() == 7);
}

TEST_CASE("adopted settings: a later assignment begins a chain behind all that was handed in before") {
  const test::TempDir folder;
  Device device(folder.path(), settings_with(root_text(1, "r")));
  claimed(device, "1");
  const auto before = device.reader().chain().value()->head;
  const identity::Settings next = settings_with(root_text(1, "r"), 2);
  REQUIRE(adopt(device, next).ok());
  const auto chain = device.reader().chain().value();
  CHECK(chain->assignment == 2);
  CHECK(chain->head.chain != before.chain);
  CHECK(chain->head.seq == 1);
  const ClaimAt start(device.reader(), 1);
  CHECK(start.as<claim::Start>().predecessor->last_seq == before.seq);
  CHECK(start.as<claim::Start>().reason == claim::StartReason::other_assignment);
  const std::uint64_t seq = claimed(device, "2");
  CHECK(seq == 2);
  CHECK(ClaimAt(device.reader(), seq).claim.site == "s2");
  // What was claimed before is known again.
  CHECK(device.submit(ride("1")).get()->repeated);
  // And goes on over a restart of the engine as if it had begun there.
  CHECK(device.reader().settings_number().value() == 2);
}

TEST_CASE(
    "adopted settings: what is made anew of the assignment that was left says that one, and sales go on under the new one") {
  const test::TempDir folder;
  Device device(folder.path(), settings_with(root_text(1, "r")));
  claimed(device, "1");
  const auto before = device.reader().chain().value()->head;
  const identity::Settings next = settings_with(root_text(1, "r"), 2);
  REQUIRE(adopt(device, next).ok());
  const auto in_force = device.reader().chain().value()->head;
  std::promise<Status> done;
  device.engine().repair({in_force, true, 1, 1}, [&done](const Status& status) { done.set_value(status); });
  REQUIRE(done.get_future().get().ok());
  CHECK(device.reader().chain().value()->head.chain == in_force.chain);
  const auto chains = device.reader().chains().value();
  REQUIRE(chains.size() == 3);
  std::deque<outbox::StoredClaim> stored;  // what was opened points into them
  const auto said = [&](const claim::ChainId& chain, std::uint64_t seq) {
    stored.push_back(device.reader().claim(chain, seq).value().value());
    return outbox::open_claim(seq, stored.back().message).value();
  };
  const auto beside = chains[1].state.head;
  CHECK(beside.seq == 2);
  const auto was = said(before.chain, 2);
  const auto start = said(beside.chain, 1);
  const auto anew = said(beside.chain, 2);
  CHECK(std::get<claim::Start>(start.claim.entry).assignment == 1);
  CHECK(start.claim.site == was.claim.site);
  CHECK(start.claim.merchant == was.claim.merchant);
  CHECK(anew.claim.site == was.claim.site);
  CHECK(std::get<claim::Reduction>(anew.claim.entry).credited_mg == std::get<claim::Reduction>(was.claim.entry).credited_mg);
  CHECK(claimed(device, "2") == 2);
  CHECK(ClaimAt(device.reader(), 2).claim.site == "s2");
  CHECK(device.submit(ride("1")).get()->repeated);
}

TEST_CASE("adopted settings: an earlier assignment is refused, and the former settings are in force") {
  const test::TempDir folder;
  Device device(folder.path(), settings_with(root_text(1, "r"), 3));
  const identity::Settings earlier = settings_with(root_text(2, "other"), 2);
  const Status refused = adopt(device, earlier);
  REQUIRE_FALSE(refused.ok());
  CHECK(refused.error().code == ErrorCode::conflict);
  const std::uint64_t seq = claimed(device, "1");
  CHECK(ClaimAt(device.reader(), seq).as<claim::Reduction>().nullifiers.begin()->root == 1);
  CHECK(ClaimAt(device.reader(), seq).claim.site == "s3");
}

TEST_CASE("adopted settings: where the new chain cannot be stored, the former one goes on, and later they are adopted") {
  const test::TempDir folder;
  Device device(folder.path(), settings_with(root_text(1, "r")));
  claimed(device, "1");
  const identity::Settings next = settings_with(root_text(1, "r"), 2);
  device.writer().begins_full = true;
  CHECK(adopt(device, next).error().code == ErrorCode::full);
  const std::uint64_t seq = claimed(device, "2");
  CHECK(seq == 3);
  CHECK(ClaimAt(device.reader(), seq).claim.site == "s1");
  device.writer().begins_full = false;
  REQUIRE(adopt(device, next).ok());
  CHECK(ClaimAt(device.reader(), claimed(device, "3")).claim.site == "s2");
}

TEST_CASE("adopted settings: whoever hands in meanwhile is answered, once, in one chain or the other") {
  const test::TempDir folder;
  Device device(folder.path(), settings_with(root_text(1, "r")));
  std::vector<identity::Settings> all;
  for (unsigned i = 2; i < 10; ++i) all.push_back(settings_with(root_text(1, "r"), i));
  std::vector<std::thread> tills;
  std::atomic<int> answered{0};
  for (int till = 0; till < 3; ++till) {
    tills.emplace_back([&, till] {
      for (int i = 0; i < 50; ++i) {
        const auto answer = device.submit(ride(std::to_string(till) + "-" + std::to_string(i))).get();
        if (answer && answer->claims.size() == 1) ++answered;
      }
    });
  }
  for (const identity::Settings& next : all) CHECK(adopt(device, next).ok());
  for (std::thread& till : tills) till.join();
  CHECK(answered == 150);
  std::uint64_t stored = 0;
  const auto chains = device.reader().chains().value();
  CHECK(chains.size() == 9);
  for (const outbox::KnownChain& chain : chains) stored += chain.state.head.seq - 1;  // but for the start
  CHECK(stored == 150);
}

}  // namespace greentill::adopted_settings_test
