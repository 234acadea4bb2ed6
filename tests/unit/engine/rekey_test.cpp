// SPDX-License-Identifier: Apache-2.0
// The engine goes on under another key while it works.
#include <thread>

#include "daemon/base/file.hpp"
#include "daemon/outbox/stored_claim.hpp"
#include "tests/support/test_authority.hpp"
#include "tests/unit/engine/fixture.hpp"

namespace greentill::rekey_test {
namespace {

using test::ClaimAt;
using test::claimed;
using test::Device;
using test::ride;

/// The device's identity under another key.
std::unique_ptr<identity::DeviceIdentity> another(const test::TempDir& folder) {
  const test::TestAuthority authority("root");
  const auto issued = authority.issue("device-1");
  REQUIRE(write_file_durably(folder.path() / "new.key", issued.key, 0600).ok());
  REQUIRE(write_file_durably(folder.path() / "new.crt", issued.certificate).ok());
  auto loaded = identity::DeviceIdentity::load(folder.path() / "new.key", folder.path() / "new.crt");
  REQUIRE(loaded.ok());
  return std::move(*loaded);
}

Status rekey(Device& device, identity::DeviceIdentity& by) {
  std::promise<Status> done;
  device.engine().rekey(by.signer(), [&done](const Status& status) { done.set_value(status); });
  return done.get_future().get();
}

}  // namespace

TEST_CASE("rekey: what comes is signed by the new key in a chain behind all that was handed in before") {
  const test::TempDir folder;
  const auto next = another(folder);
  Device device(folder.path());
  claimed(device, "1");
  const auto before = device.reader().chain().value()->head;
  REQUIRE(rekey(device, *next).ok());
  const auto chain = device.reader().chain().value();
  CHECK(chain->head.chain != before.chain);
  CHECK(chain->head.seq == 1);
  const ClaimAt start(device.reader(), 1);
  CHECK(start.as<claim::Start>().reason == claim::StartReason::new_key);
  CHECK(start.as<claim::Start>().predecessor->chain == before.chain);
  CHECK(start.as<claim::Start>().predecessor->last_seq == before.seq);
  const std::uint64_t seq = claimed(device, "2");
  CHECK(seq == 2);
  for (const std::uint64_t one : {std::uint64_t{1}, seq}) {
    const auto stored = device.reader().claim(one).value();
    CHECK(next->has_signed(outbox::open_claim(one, stored->message)->message));
  }
  CHECK(device.submit(ride("1")).get()->repeated);
}

TEST_CASE("rekey: where the new chain cannot be stored, the former key goes on in its chain, and later it is changed") {
  const test::TempDir folder;
  const auto next = another(folder);
  Device device(folder.path());
  claimed(device, "1");
  device.writer().begins_full = true;
  CHECK(rekey(device, *next).error().code == ErrorCode::full);
  const std::uint64_t seq = claimed(device, "2");
  CHECK(seq == 3);
  CHECK_FALSE(next->has_signed(outbox::open_claim(seq, device.reader().claim(seq).value()->message)->message));
  device.writer().begins_full = false;
  REQUIRE(rekey(device, *next).ok());
  CHECK(claimed(device, "3") == 2);
}

TEST_CASE("rekey: while sales go on over many threads, each is claimed once, by the one key or the other") {
  const test::TempDir folder;
  const auto next = another(folder);
  Device device(folder.path());
  std::vector<std::thread> tills;
  std::atomic<int> answered{0};
  for (int till = 0; till < 4; ++till) {
    tills.emplace_back([&device, &answered, till] {
      for (int i = 0; i < 50; ++i) {
        const auto answer = device.submit(ride(std::to_string(till) + "-" + std::to_string(i))).get();
        if (answer.ok() && answer->claims.size() == 1) ++answered;
      }
    });
  }
  CHECK(rekey(device, *next).ok());
  for (std::thread& till : tills) till.join();
  CHECK(answered == 200);
  CHECK(device.reader().backlog()->waiting == 202);  // with the starts of both chains
}

}  // namespace greentill::rekey_test
