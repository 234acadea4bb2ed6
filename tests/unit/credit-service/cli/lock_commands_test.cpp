// SPDX-License-Identifier: Apache-2.0
// The commands by which people register locks, give them away as a file, and decide of them.
#include <doctest/doctest.h>

#include <fstream>
#include <sstream>

#include "daemon/base/file.hpp"
#include "daemon/base/system.hpp"
#include "daemon/verify/lock_file.hpp"
#include "tests/support/temp_dir.hpp"
#include "tests/support/test_signer.hpp"
#include "tools/credit-service/cli/registry.hpp"
#include "tools/credit-service/config/check.hpp"
#include "tools/credit-service/config/config.hpp"
#include "tools/credit-service/ledger/sqlite/store.hpp"

namespace greentill::credit::lock_commands_test {
namespace {

using Fields = std::map<std::string, std::string>;
using Command = Status (*)(const std::filesystem::path&, const Given&, const Output&);

struct Said {
  std::string error;
  Json json;
  std::string text;
};

struct Site {
  test::TempDir folder;
  test::TestSigner one{"one"}, two{"two"};

  Site() {
    write("programme.toml", "name = \"t\"\nzone = \"UTC\"\n[shares]\ncustomer = \"1\"\nmerchant = \"0\"\noperator = \"0\"\n");
    write("credit.toml",
          "database = \"ledger.db\"\nmethodologies = \"none\"\nprogramme = \"programme.toml\"\n[broker]\nserver = "
          "\"mqtts://localhost:1\"\nshare_group = \"none\"\nauthorities = \"none\"\ncertificate = \"none\"\nkey = \"none\"\n");
    write("one.pem", one.public_key_pem());
    write("two.pem", two.public_key_pem());
    for (const char* name : {"bikes", "scooters"}) {
      CHECK(run(add_to_registry, "merchant add", {{"id", name}, {"name", name}, {"zone", "UTC"}}).error == "");
    }
    CHECK(run(add_to_registry, "root add", {{"name", "bikes"}, {"owner", "bikes"}}).error == "");
  }
  void write(const std::string& name, const std::string& text) const { REQUIRE(write_file_durably(folder / name, text, 0644)); }
  Said run(Command command, const std::string& name, Fields fields) const {
    Given given;
    given.command = name;
    given.fields = std::move(fields);
    std::ostringstream json, text;
    const Status done = command(folder / "credit.toml", given, Output{true, json});
    Said said{done ? "" : done.error().message, {}, {}};
    if (done) said.json = Json::parse(json.str());
    return said;
  }
  std::string shown(const std::string& lock) const {
    Given given;
    given.command = "lock show";
    given.fields = {{"id", lock}};
    std::ostringstream out;
    REQUIRE(show_registered(folder / "credit.toml", given, Output{false, out}));
    return out.str();
  }
  Said add(const std::string& id, const std::string& file, const Fields& more = {}) const {
    Fields fields{{"id", id}, {"file", folder / file}, {"owner", "bikes"}};
    for (const auto& [name, value] : more) fields[name] = value;
    return run(add_to_registry, "lock add", fields);
  }
};

}  // namespace

TEST_CASE("lock commands: a lock stands under its owner's root, which is named where there are several") {
  const Site site;
  const Said added = site.add("lock-1", "one.pem");
  CHECK(added.error == "");
  CHECK(added.json["root"] == 1);
  CHECK(added.json["counter"] == 0);
  CHECK(site.add("lock-2", "two.pem", {{"owner", "scooters"}}).error.find("it owns no root") != std::string::npos);
  CHECK(site.run(add_to_registry, "root add", {{"name", "e-bikes"}, {"owner", "bikes"}}).error == "");
  CHECK(site.add("lock-2", "two.pem").error.find("it owns several roots; say by --root") != std::string::npos);
  CHECK(site.run(add_to_registry, "root add", {{"name", "scooters"}, {"owner", "scooters"}}).error == "");
  CHECK(site.add("lock-2", "two.pem", {{"root", "scooters"}}).error.find("it is scooters's") != std::string::npos);
  CHECK(site.add("lock-2", "two.pem", {{"root", "e-bikes"}}).json["root"] == 2);
  CHECK(site.add("lock-3", "two.pem", {{"root", "e-bikes"}}).error.find("its key is lock lock-2's") != std::string::npos);
}

TEST_CASE("lock commands: many are added from a file, with their roots or without") {
  const Site site;
  const auto rows = [&](const std::string& text) {
    site.write("locks.csv", text);
    Given given;
    given.command = "lock add";
    given.csv = site.folder / "locks.csv";
    std::ostringstream out;
    const Status done = add_to_registry(site.folder / "credit.toml", given, Output{true, out});
    return done ? std::string("added") : done.error().message;
  };
  const std::string one = site.folder / "one.pem", two = site.folder / "two.pem";
  CHECK(rows("id,file,owner,site\r\nlock-1," + one + ",bikes,x\r\n").find("and it may name root") != std::string::npos);
  CHECK(rows("id,file,owner\r\nlock-1," + one + ",bikes\r\n") == "added");
  CHECK(rows("root,id,file,owner\r\nbikes,lock-2," + two + ",bikes\r\n") == "added");
}

TEST_CASE("lock commands: the file of locks has what docks and verifiers need, and nothing else") {
  const Site site;
  CHECK(site.add("lock-1", "one.pem").error == "");
  CHECK(site.add("lock-2", "two.pem").error == "");
  CHECK(site.run(change_registry, "lock retire", {{"id", "lock-2"}, {"why", "broken"}}).error == "");
  const Said printed = site.run(export_locks, "lock export", {});
  CHECK(printed.json["locks"] == 2);
  const Said written = site.run(export_locks, "lock export", {{"out", site.folder / "locks.toml"}});
  CHECK(written.json["file"] == (site.folder / "locks.toml").string());
  const std::string text = read_file(site.folder / "locks.toml").value();
  CHECK(printed.json["text"] == text);
  const auto read = verify::read_lock_file(text, "locks.toml");
  REQUIRE(read);
  REQUIRE(read->size() == 2);
  CHECK((*read)[0].id == "lock-1");
  CHECK((*read)[0].root_name == "bikes");
  CHECK((*read)[0].state == "active");
  CHECK((*read)[1].state == "retired");
}

TEST_CASE("lock commands: a lock is retired, revoked and trusted again; what contradicts its rides is shown and lifted") {
  const Site site;
  CHECK(site.add("lock-1", "one.pem").error == "");
  const Fields which{{"id", "lock-1"}, {"why", "the test says so"}};
  CHECK(site.run(trust_lock, "lock trust", which).error.find("nothing contradicts its rides") != std::string::npos);
  CHECK(site.run(change_registry, "lock retire", which).json["state"] == "retired");
  CHECK(site.run(change_registry, "lock revoke", which).json["state"] == "revoked");
  CHECK(site.run(change_registry, "lock retire", which).error.find("revoked already") != std::string::npos);
  CHECK(site.run(trust_lock, "lock trust", which).json["state"] == "active");
  CHECK(site.run(trust_lock, "lock trust", {{"id", "lock-9"}, {"why", "so"}}).error.find("no lock \"lock-9\"") !=
        std::string::npos);
  CHECK_FALSE(site.run(trust_lock, "lock trust", {{"id", "lock-1"}}).error.empty());  // why
  {
    auto store = open_sqlite_store(site.folder / "ledger.db");
    REQUIRE(store);
    REQUIRE((*store)->put_lock_ride("lock-1", {1, {}, std::nullopt, 1'700'000'000, 0, RideSettled::by_its_act}));
    REQUIRE((*store)->put_lock_ride("lock-1", {3, {}, 7, 1'700'000'600, 0, RideSettled::no}));
    REQUIRE((*store)->settle_up_to("lock-1", 1));
    REQUIRE((*store)->put_lock_fault({"lock-1", 3, LockFaultKind::broken_link, 77, 1'700'000'600, std::nullopt}));
  }
  const std::string text = site.shown("lock-1");
  CAPTURE(text);
  CHECK(text.find("up to ride 1") != std::string::npos);
  CHECK(text.find("2 came, the highest is 3") != std::string::npos);
  CHECK(text.find("1, the first of which came on") != std::string::npos);
  CHECK(text.find("ride 3 does not link to its neighbours") != std::string::npos);
  const Json shown = site.run(show_registered, "lock show", {{"id", "lock-1"}}).json;
  CHECK(shown["counter"] == 1);
  CHECK(shown["rides"] == 2);
  CHECK(shown["open"] == 1);
  CHECK(shown["faults"][0]["kind"] == "broken-link");
  CHECK(site.run(trust_lock, "lock trust", which).json["lifted"] == 1);
  CHECK(site.shown("lock-1").find("; lifted ") != std::string::npos);
}

TEST_CASE("lock commands: a change of the registry moves no counter, also where it is made again") {
  const Site site;
  CHECK(site.add("lock-1", "one.pem").error == "");
  auto store = open_sqlite_store(site.folder / "ledger.db");
  REQUIRE(store);
  REQUIRE((*store)->settle_up_to("lock-1", 5));
  Lock lock = **(*store)->registry().lock("lock-1");
  CHECK(lock.counter == 5);
  lock.counter = 2;
  lock.state = Device::State::retired;
  REQUIRE((*store)->transact([&] { return (*store)->registry().put(lock); }));
  CHECK((*(*store)->registry().lock("lock-1"))->counter == 5);
  CHECK((*(*store)->registry().lock("lock-1"))->state == Device::State::retired);
}

TEST_CASE("lock commands: a worker's configuration without the programme's key is told where there are locks") {
  const Site site;
  const auto told = [&] {
    const auto config = load_config(site.folder / "credit.toml");
    REQUIRE(config);
    const SystemClock clock;
    for (const auto& one : examine(*config, clock).problems) {
      if (one.find("unchecked-statement") != std::string::npos) return true;
    }
    return false;
  };
  CHECK_FALSE(told());
  CHECK(site.add("lock-1", "one.pem").error == "");
  CHECK(told());
}

}  // namespace greentill::credit::lock_commands_test
