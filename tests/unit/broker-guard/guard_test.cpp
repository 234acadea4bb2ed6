// SPDX-License-Identifier: Apache-2.0
#include "tools/broker-guard/guard.hpp"

#include <doctest/doctest.h>

#include <filesystem>
#include <string>

#include "daemon/base/file.hpp"
#include "daemon/base/hex.hpp"
#include "tests/support/temp_dir.hpp"
#include "tests/support/test_authority.hpp"

namespace greentill::guard {
namespace {

using test::TestAuthority;

/// A guard with its files, and who may come.
struct Door {
  test::TempDir folder;
  TestAuthority devices{"Devices"};
  TestAuthority workers{"Workers"};

  Door() {
    put("workers.crt", workers.pem());
    put("share-group", "0123456789abcdef\n", 0600);
  }
  void put(const std::string& name, const std::string& text, unsigned mode = 0644) const {
    REQUIRE(write_file_durably(folder / name, text, mode).ok());
  }
  [[nodiscard]] Result<std::unique_ptr<Guard>> try_open() const {
    return Guard::open({folder / "workers.crt", folder / "share-group", folder / "revoked"});
  }
  [[nodiscard]] std::unique_ptr<Guard> open() const {
    auto guard = try_open();
    REQUIRE_MESSAGE(guard, (guard ? "" : guard.error().message));
    return std::move(*guard);
  }
};

crypto::Certificate certificate_of(const TestAuthority::Issued& issued) {
  auto certificate = crypto::Certificate::leaf_from(issued.certificate);
  REQUIRE(certificate);
  return *certificate;
}

std::string list_text(std::int64_t number, std::set<std::string, std::less<>> devices, std::set<Digest> keys = {}) {
  return to_text({number, std::move(devices), std::move(keys)});
}

std::string refusal(const Guard& guard, const crypto::Certificate& certificate, std::string_view id) {
  const auto client = guard.admit(certificate, id);
  return client ? "" : client.error().message;
}

TEST_CASE("guard: a device comes in under its certificate's name alone, a worker under a worker's id") {
  const Door door;
  const auto guard = door.open();
  const auto dock = certificate_of(door.devices.issue("dock-7"));
  const auto worker = certificate_of(door.workers.issue("credit", TestAuthority::kService));
  CHECK(guard->admit(dock, "dock-7")->side == Side::device);
  CHECK(guard->admit(worker, "credit-1")->side == Side::worker);
  for (const char* other : {"", "dock-8", "credit-1", "dock-7 "}) CHECK_FALSE(guard->admit(dock, other));
  for (const char* other : {"", "dock-7", "credit", "worker"}) CHECK_FALSE(guard->admit(worker, other));
}

TEST_CASE("guard: a name alone makes no worker, and an authority alone no device") {
  const Door door;
  const auto guard = door.open();
  CHECK(refusal(*guard, certificate_of(door.devices.issue("credit", TestAuthority::kService)), "credit-1").find("no device's") !=
        std::string::npos);
  CHECK(refusal(*guard, certificate_of(door.workers.issue("dock-7")), "dock-7").find("has not the common name credit") !=
        std::string::npos);
  for (const std::string name : {"guard", "broker", "programme", "credit-9", "Dock", "dock 7"}) {
    CAPTURE(name);
    CHECK_FALSE(guard->admit(certificate_of(door.devices.issue(name)), name));
  }
}

TEST_CASE("guard: who is revoked goes and stays out, by name or by key, and an older list changes nothing") {
  const Door door;
  const auto guard = door.open();
  const auto old_unit = certificate_of(door.devices.issue("dock-7"));
  const auto new_unit = certificate_of(door.devices.issue("dock-7"));
  const auto till = certificate_of(door.devices.issue("till-1"));
  int connections[2] = {};
  guard->connected(&connections[0], *guard->admit(old_unit, "dock-7"));
  guard->connected(&connections[1], *guard->admit(till, "till-1"));
  const auto by_key = guard->take(list_text(5, {}, {old_unit.key_hash()}));
  REQUIRE(by_key);
  CHECK(by_key->out == std::vector<std::string>{"dock-7"});
  CHECK(by_key->trouble.empty());
  CHECK(guard->find(&connections[0])->revoked);
  CHECK(refusal(*guard, old_unit, "dock-7").find(to_hex(old_unit.key_hash())) != std::string::npos);
  CHECK(guard->admit(new_unit, "dock-7"));
  const auto by_name = guard->take(list_text(6, {"till-1"}, {old_unit.key_hash()}));
  REQUIRE(by_name);
  CHECK(by_name->out == std::vector<std::string>{"till-1"});
  CHECK(refusal(*guard, till, "till-1") == "the device is revoked");
  CHECK(guard->keeps_out("till-1"));
  const auto older = guard->take(list_text(4, {}));
  REQUIRE_FALSE(older);
  CHECK(older.error().code == ErrorCode::conflict);
  CHECK_FALSE(guard->take("junk"));
  CHECK_FALSE(guard->admit(till, "till-1"));
  guard->gone(&connections[1]);
  CHECK(guard->find(&connections[1]) == nullptr);
  REQUIRE(guard->take(list_text(7, {})));
  CHECK(guard->admit(till, "till-1"));
}

TEST_CASE("guard: the list is kept over a restart, and one that is broken keeps the broker from starting") {
  const Door door;
  const auto till = certificate_of(door.devices.issue("till-1"));
  REQUIRE(door.open()->take(list_text(5, {"till-1"})));
  CHECK_FALSE(door.open()->admit(till, "till-1"));
  CHECK(std::filesystem::status(door.folder / "revoked").permissions() == std::filesystem::perms(0600));
  door.put("revoked", "greentill-revoked 1\nnumber 5\ndev", 0600);
  const auto broken = door.try_open();
  REQUIRE_FALSE(broken);
  CHECK(broken.error().message.find("Remove it: workers publish the list again") != std::string::npos);
}

TEST_CASE("guard: files that are read again change what holds, and broken ones nothing") {
  const Door door;
  const auto guard = door.open();
  const auto till = certificate_of(door.devices.issue("till-1"));
  REQUIRE(guard->take(list_text(5, {"till-1"})));
  door.put("share-group", "short\n", 0600);
  CHECK_FALSE(guard->reload());
  CHECK(guard->share_group() == "0123456789abcdef");
  door.put("share-group", "fedcba9876543210", 0600);
  CHECK(guard->reload());
  CHECK(guard->share_group() == "fedcba9876543210");
  // Where the file was removed, a list of another ledger may follow; until then the old one holds.
  std::filesystem::remove(door.folder / "revoked");
  CHECK(guard->reload());
  CHECK(guard->list_number() == 0);
  CHECK_FALSE(guard->admit(till, "till-1"));
  REQUIRE(guard->take(list_text(1, {})));
  CHECK(guard->admit(till, "till-1"));
}

TEST_CASE("guard: a list that cannot be kept holds all the same, and is said to be lost with the broker") {
  const Door door;
  const auto guard = door.open();
  std::filesystem::create_directory(door.folder / "revoked");
  std::filesystem::create_directory(door.folder / "revoked/in-the-way");
  const auto taken = guard->take(list_text(5, {"till-1"}));
  REQUIRE(taken);
  CHECK(taken->trouble.find("revoked") != std::string::npos);
  CHECK(guard->keeps_out("till-1"));
  std::filesystem::remove_all(door.folder / "revoked");
  const auto again = guard->take(list_text(5, {"till-1"}));
  REQUIRE(again);
  CHECK(again->trouble.empty());
  CHECK(read_file(door.folder / "revoked"));
}

TEST_CASE("guard: a share group that others may read is refused") {
  const Door door;
  door.put("share-group", "0123456789abcdef\n", 0640);
  const auto guard = door.try_open();
  REQUIRE_FALSE(guard);
  CHECK(guard.error().message.find("run chmod 600 on it") != std::string::npos);
}

TEST_CASE("guard: a device may publish so much, a worker what it has, and who is refused on and on is put out") {
  const Door door;
  const auto guard = door.open();
  const Client device{Side::device, "dock-7", {}, "dock-7"};
  const Client worker{Side::worker, "credit", {}, "credit-1"};
  int device_may = 0;
  int worker_may = 0;
  for (int i = 0; i < 10'000; ++i) {
    device_may += guard->may_publish_now(device, 100, std::chrono::hours(1)) ? 1 : 0;
    worker_may += guard->may_publish_now(worker, 100, std::chrono::hours(1)) ? 1 : 0;
  }
  CHECK(device_may > 7000);
  CHECK(device_may < 8000);
  CHECK(worker_may == 10'000);
  const int one = 0;
  const int other = 0;
  guard->connected(&one, device);
  guard->connected(&other, device);
  for (int i = 0; i < 256; ++i) CHECK_FALSE(guard->is_one_too_many(&one));
  CHECK(guard->is_one_too_many(&one));
  CHECK_FALSE(guard->is_one_too_many(&other));
  guard->gone(&one);
  CHECK_FALSE(guard->is_one_too_many(&one));  // such as what its will was refused
  guard->connected(&one, device);
  CHECK_FALSE(guard->is_one_too_many(&one));
}

}  // namespace
}  // namespace greentill::guard
