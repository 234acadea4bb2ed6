// SPDX-License-Identifier: Apache-2.0
// Two locks that go on with one key, a flash that was put back, rides that were changed: nothing of it is taken, and a person is
// told.
#include <doctest/doctest.h>

#include "tests/unit/plugins/dock/dock_bench.hpp"

namespace greentill::dock::twins_test {
namespace {

using namespace firmware;
using test::DockBench;
using test::LockFixture;

/// Somebody copied its flash, its key with it.
void copy_flash(LockFixture& from, LockFixture& to) {
  to.flash.image() = from.flash.image();
  to.identity_flash.image() = from.identity_flash.image();
  to.key_flash.image() = from.key_flash.image();
  REQUIRE(to.restart() == Lock::Start::ready);
}

const std::string kName(LockFixture::kId);

}  // namespace

TEST_CASE("dock twins: another ride under a counter that was taken is neither taken nor acknowledged") {
  LockFixture first;
  first.provision();
  first.ride(3);
  LockFixture twin;
  copy_flash(first, twin);
  first.ride(5);
  twin.ride(9);
  DockBench dock(first);
  dock.run_rounds();
  REQUIRE(dock.stored[kName].size() == 2);
  dock.connect(twin);
  dock.run_rounds(3);
  CHECK(dock.stored[kName].size() == 2);
  CHECK(twin.lock->journal().state().acknowledged == 0);
  CHECK(dock.part().fault.find("two locks go on with one key") != std::string::npos);
}

TEST_CASE("dock twins: a ride whose link does not fit the one that was taken is refused, once") {
  LockFixture first;
  first.provision();
  first.ride(3);
  LockFixture twin;
  copy_flash(first, twin);
  first.ride(5);
  twin.ride(9);
  twin.ride(4);
  REQUIRE(twin.lock->acknowledge(2));  // at another dock
  DockBench dock(first);
  dock.run_rounds();
  dock.connect(twin);
  dock.run_rounds(3);
  CHECK(dock.stored[kName].size() == 2);
  CHECK(twin.lock->journal().state().acknowledged == 2);
  CHECK(dock.rejected.size() == 1);
  CHECK(dock.part().fault.find("two locks go on with one key") != std::string::npos);
}

TEST_CASE("dock twins: a flash that was put back is seen") {
  LockFixture lock;
  lock.provision();
  lock.ride(3);
  const auto before = lock.flash.image();
  lock.ride(5);
  DockBench dock(lock);
  dock.run_rounds();
  lock.flash.image() = before;
  REQUIRE(lock.restart() == Lock::Start::ready);
  dock.connect(lock);
  dock.run_rounds(2);
  CHECK(dock.part().fault.find("its flash was put back") != std::string::npos);
}

TEST_CASE("dock twins: a ride that is changed on the way with a sound checksum is refused, whatever the byte") {
  LockFixture probe;
  probe.provision();
  probe.ride(3);
  const std::size_t size = probe.ride_message(1).size();
  for (std::size_t at = 0; at < size; at += 5) {
    LockFixture lock;
    lock.provision();
    lock.ride(3);
    DockBench dock(lock);
    dock.forge = [at](Request request, std::vector<std::uint8_t>& content) {
      if (request == Request::fetch) content.at(1 + at) ^= 4;
    };
    dock.run_rounds(2);
    CHECK(dock.stored.empty());
    CHECK(dock.rejected.size() == 1);
    CHECK_FALSE(dock.part().fault.empty());
    CHECK(lock.lock->journal().state().acknowledged == 0);
  }
}

}  // namespace greentill::dock::twins_test
