// SPDX-License-Identifier: Apache-2.0
// What may be written into the registry, what is refused, and what the audit trail keeps of it.
#include <fstream>
#include <sstream>

#include "tests/support/test_authority.hpp"
#include "tests/unit/credit-service/office.hpp"
#include "tools/credit-service/cli/registry.hpp"
#include "tools/credit-service/ledger/sqlite/store.hpp"

namespace greentill::credit::registry_test {
namespace {

using test::TestAuthority;

constexpr std::int64_t kNow = 1'796'000'000;

/// A registry with two merchants, each with a root and a device.
struct Site {
  test::TempDir folder;
  std::unique_ptr<Store> store;
  std::int64_t now = kNow;

  Site() {
    auto opened = open_sqlite_store(folder / "ledger.db");
    REQUIRE(opened);
    store = std::move(*opened);
    for (const std::string id : {"bikes", "cafe"}) {
      CHECK(said([&](Registry& registry) { return registry.add_merchant(merchant(id)); }) == "");
      CHECK(said([&](Registry& registry) { return registry.add_root(id, id); }) == "");
      CHECK(said([&](Registry& registry) {
              return registry.add_device(id + "-1", Device::Class::till, {id, "harbour", {id}});
            }) == "");
    }
  }
  static Merchant merchant(const std::string& id) {
    Merchant made;
    made.id = id;
    made.name = "The " + id;
    made.zone = "Europe/Helsinki";
    return made;
  }
  /// In a transaction of its own; the error's words, "" where there is none.
  template <typename Work>
  std::string said(const Work& work) {
    const Status done = store->transact([&]() -> Status {
      Registry registry(store->registry(), {now, "somebody", "test change", "because"});
      auto made = work(registry);
      return made ? Status(Done{}) : Status(Failure{made.error()});
    });
    return done ? "" : done.error().message;
  }
  RegistryStore& reads() const { return store->registry(); }
  std::vector<AuditEntry> audit(const std::string& about = "") const { return *reads().audit({std::nullopt, about, 0}); }
};

bool has(const std::string& text, std::string_view part) { return text.find(part) != std::string::npos; }
#define CHECK_HAS(text, part) CHECK_MESSAGE(has(text, part), text)

TestAuthority& root() {
  static TestAuthority one("Root");
  return one;
}

}  // namespace

TEST_CASE("registry: what is there already, or is of a name that is none, is refused by its name") {
  Site at;
  CHECK_HAS(at.said([](Registry& r) { return r.add_merchant(Site::merchant("cafe")); }), "merchant cafe: it is there already");
  for (const std::string id :
       {"", " cafe", "cafe ", "ca\tfe", "caf\xe9", "thirty-three bytes are one too ma", "\u202Ecafe", "\u200Bcafe"}) {
    CAPTURE(id);
    CHECK_HAS(at.said([&](Registry& r) { return r.add_merchant(Site::merchant(id)); }), "merchant: it takes 1 to 32 bytes");
  }
  Merchant nowhere = Site::merchant("new");
  nowhere.zone = "Mars/Olympus";
  CHECK_HAS(at.said([&](Registry& r) { return r.add_merchant(nowhere); }), "zone: there is no time zone 'Mars/Olympus'");
  CHECK_HAS(at.said([](Registry& r) { return r.add_root("a/b", "cafe"); }), "a slash ends the name");
  CHECK_HAS(at.said([](Registry& r) { return r.add_root("17", "cafe"); }), "would pass for a number");
  CHECK_HAS(at.said([](Registry& r) { return r.add_root("x", "nobody"); }), "the registry has no merchant \"nobody\"");
  for (const std::string id : {"credit", "programme", "guard", "broker"}) {
    CHECK_HAS(at.said([&](Registry& r) {
      return r.add_device(id, Device::Class::till, {"cafe", "s", {"cafe"}});
    }),
              "uses the name");
  }
  CHECK_HAS(at.said([](Registry& r) {
    return r.add_device("Till", Device::Class::till, {"cafe", "s", {"cafe"}});
  }),
            "is no device id");
  CHECK(at.reads().merchants()->size() == 2);
  CHECK(at.reads().devices()->size() == 2);
}

TEST_CASE("registry: a root's name is trimmed and composed, and keeps its case") {
  Site at;
  CHECK(at.said([](Registry& r) { return r.add_root("  Cafe\u0301 ", "cafe"); }) == "");
  CHECK(at.reads().root(3).value().value().name == "Caf\u00E9");
  CHECK_HAS(at.said([](Registry& r) { return r.add_root("Caf\u00E9", "bikes"); }), "it is there already, with the number 3");
  CHECK(at.said([](Registry& r) { return r.add_root("caf\u00E9", "bikes"); }) == "");
}

TEST_CASE("registry: a device reports under its merchant's roots, and another's only where that is allowed") {
  Site at;
  const auto assign = [&] {
    return at.said([](Registry& r) { return r.assign("cafe-1", {"cafe", "harbour", {"cafe", "bikes"}}); });
  };
  CHECK_HAS(assign(), "root \"bikes\": it is bikes's, and cafe may not report under it");
  CHECK(at.said([](Registry& r) { return r.set_reporter("bikes", "cafe", true); }) == "");
  CHECK_HAS(at.said([](Registry& r) { return r.set_reporter("1", "cafe", true); }), "may report under it already");
  CHECK_HAS(at.said([](Registry& r) { return r.set_reporter("1", "bikes", true); }), "bikes owns it");
  CHECK(assign() == "");
  CHECK_HAS(assign(), "that is its assignment already, number 2");
  const Device device = at.reads().device("cafe-1").value().value();
  REQUIRE(device.assignments.size() == 2);
  CHECK(device.assignments[0].roots.size() == 1);
  CHECK(device.assignments[1].roots.size() == 2);
  CHECK(at.said([](Registry& r) { return r.set_reporter("bikes", "cafe", false); }) == "");
  CHECK_HAS(at.said([](Registry& r) { return r.assign("cafe-1", {"cafe", "market", {"bikes"}}); }), "may not report under it");
  CHECK_HAS(at.said([](Registry& r) { return r.assign("cafe-1", {"cafe", "market", {}}); }), "needs a root");
}

TEST_CASE("registry: a successor's devices get the roots of those before it, for reversals only") {
  Site at;
  CHECK(at.said([](Registry& r) { return r.add_merchant(Site::merchant("heir")); }) == "");
  CHECK(at.said([](Registry& r) { return r.add_root("heir", "heir"); }) == "");
  CHECK(at.said([](Registry& r) { return r.add_device("heir-1", Device::Class::till, {"heir", "s", {"heir"}}); }) == "");
  // The later one first: what comes to the one in the middle goes on to the last.
  CHECK(at.said([](Registry& r) { return r.set_successor("bikes", "heir", kNow); }) == "");
  CHECK(at.reads().device("heir-1").value().value().assignments.size() == 2);
  CHECK(at.said([](Registry& r) { return r.set_successor("cafe", "bikes", kNow); }) == "");
  CHECK(at.reads().device("bikes-1").value().value().assignments.size() == 2);
  const auto roots = at.reads().device("heir-1").value().value().assignments.back().roots;
  REQUIRE(roots.size() == 3);
  CHECK(roots[0].reversals_only);
  CHECK(roots[1].reversals_only);
  CHECK_FALSE(roots[2].reversals_only);
  CHECK_HAS(at.said([](Registry& r) { return r.set_successor("cafe", "heir", kNow); }), "bikes is its successor already");
  CHECK_HAS(at.said([](Registry& r) { return r.set_successor("heir", "cafe", kNow); }), "goes back to it");
  CHECK_HAS(at.said([](Registry& r) { return r.set_successor("heir", "heir", kNow); }), "goes back to it");
}

TEST_CASE("registry: a merchant that is closed retires its devices, and takes no further part") {
  Site at;
  CHECK(at.said([](Registry& r) { return r.close_merchant("cafe"); }) == "");
  CHECK(at.reads().device("cafe-1").value().value().state == Device::State::retired);
  CHECK(at.reads().device("bikes-1").value().value().state == Device::State::expected);
  CHECK_HAS(at.said([](Registry& r) { return r.close_merchant("cafe"); }), "it is closed");
  CHECK_HAS(at.said([](Registry& r) { return r.assign("bikes-1", {"cafe", "s", {"cafe"}}); }), "merchant cafe: it is closed");
  CHECK_HAS(at.said([](Registry& r) { return r.assign("cafe-1", {"bikes", "s", {"bikes"}}); }), "it is retired");
}

TEST_CASE("registry: key versions come 90 days ahead, one behind the other; a leaked one ends at once") {
  Site at;
  CHECK_HAS(at.said([](Registry& r) { return r.add_version("cafe", kNow + kVersionNotice - 1); }),
            "90 days from now at the earliest");
  CHECK(at.said([](Registry& r) { return r.add_version("cafe", kNow + kVersionNotice); }) == "");
  CHECK_HAS(at.said([](Registry& r) { return r.add_version("cafe", kNow + kVersionNotice); }), "its version 2 begins on ");
  CHECK(at.said([](Registry& r) { return r.withdraw_version("cafe", 1); }) == "");
  auto versions = at.reads().root_named("cafe").value().value().versions;
  REQUIRE(versions.size() == 2);
  CHECK(versions[0].withdrawn_at == kNow);
  CHECK(versions[1].begins == kNow);
  CHECK_HAS(at.said([](Registry& r) { return r.withdraw_version("cafe", 1); }), "was withdrawn on ");
  CHECK_HAS(at.said([](Registry& r) { return r.withdraw_version("cafe", 3); }), "its version 3 is not there");
  CHECK(at.said([](Registry& r) { return r.withdraw_version("cafe", 2); }) == "");
  versions = at.reads().root_named("cafe").value().value().versions;
  REQUIRE(versions.size() == 3);
  CHECK(versions[2].begins == kNow + kBetweenChanges);
}

TEST_CASE("registry: a key is one device's for ever, and its certificates may be many") {
  Site at;
  const auto issued = root().issue("cafe-1");
  CHECK_HAS(at.said([&](Registry& r) { return r.add_key("bikes-1", issued.certificate); }),
            "is for \"cafe-1\", not for device bikes-1");
  CHECK_HAS(at.said([&](Registry& r) { return r.add_key("cafe-9", issued.certificate); }),
            "the registry has no device \"cafe-9\"");
  CHECK_HAS(at.said([&](Registry& r) { return r.add_key("cafe-1", issued.key); }), "no certificate");
  CHECK(at.said([&](Registry& r) { return r.add_key("cafe-1", issued.certificate); }) == "");
  CHECK_HAS(at.said([&](Registry& r) { return r.add_key("cafe-1", issued.certificate); }),
            "that certificate is registered already");
  const auto other = root().issue("cafe-1");
  CHECK_HAS(at.said([&](Registry& r) { return r.add_key("cafe-1", other.certificate); }), "it has another key");
  CHECK_HAS(at.said([&](Registry& r) { return r.replace_key("cafe-1", issued.certificate); }), "it has, or had, that key");
  CHECK(at.said([&](Registry& r) { return r.replace_key("cafe-1", other.certificate); }) == "");
  const auto keys = at.reads().keys("cafe-1").value();
  REQUIRE(keys.size() == 2);
  CHECK(keys[0].successor == keys[1].hash);
  CHECK_FALSE(keys[1].successor);
  CHECK(at.said([&](Registry& r) { return r.revoke_key(keys[1].hash); }) == "");
  CHECK_HAS(at.said([&](Registry& r) { return r.revoke_key(keys[1].hash); }), "it was revoked on ");
  CHECK_HAS(at.said([&](Registry& r) { return r.add_key("cafe-1", other.certificate); }), "key was revoked on ");
  // What else a file of certificates held is not kept.
  CHECK_FALSE(has(keys[0].certificates.at(0).pem, "PRIVATE"));
}

TEST_CASE("registry: a private key beside the certificate in its file is not stored") {
  Site at;
  const auto issued = root().issue("cafe-1");
  CHECK(at.said([&](Registry& r) { return r.add_key("cafe-1", issued.certificate + issued.key); }) == "");
  CHECK_FALSE(has(at.reads().keys("cafe-1").value().at(0).certificates.at(0).pem, "PRIVATE"));
}

TEST_CASE("registry: what is revoked can be trusted again, what is retired cannot") {
  Site at;
  CHECK_HAS(at.said([](Registry& r) { return r.trust("cafe-1"); }), "it is not revoked");
  CHECK_HAS(at.said([](Registry& r) { return r.revoke("cafe-1", kNow + 1); }), "is still to come");
  CHECK(at.said([](Registry& r) { return r.revoke("cafe-1", kNow - 5); }) == "");
  CHECK(at.reads().device("cafe-1").value().value().revoked_since == kNow - 5);
  CHECK_HAS(at.said([](Registry& r) { return r.revoke("cafe-1", {}); }), "it is revoked already");
  CHECK_HAS(at.said([](Registry& r) { return r.retire("cafe-1"); }), "it is revoked already");
  CHECK(at.said([](Registry& r) { return r.trust("cafe-1"); }) == "");
  CHECK(at.said([](Registry& r) { return r.retire("cafe-1"); }) == "");
  CHECK_HAS(at.said([](Registry& r) { return r.trust("cafe-1"); }), "it is not revoked");
}

TEST_CASE("registry: each change is in the audit trail with what was and is, and one that is refused is not") {
  Site at;
  const std::size_t before = at.audit().size();
  CHECK(before == 6);
  at.now += 60;
  CHECK(at.said([](Registry& r) { return r.revoke("cafe-1", {}); }) == "");
  CHECK(at.said([](Registry& r) { return r.revoke("cafe-1", {}); }) != "");
  const auto entries = at.audit("cafe-1");
  REQUIRE(entries.size() == 2);
  CHECK(at.audit().size() == before + 1);
  CHECK(entries[0].at == kNow + 60);
  CHECK(entries[0].who == "somebody");
  CHECK(entries[0].command == "test change");
  CHECK(entries[0].why == "because");
  const auto what = nlohmann::json::parse(entries[0].what);
  CHECK(what["was"]["state"] == "expected");
  CHECK(what["is"]["state"] == "revoked");
  CHECK(at.reads().audit({kNow + 1, "", 0})->size() == 1);
  CHECK(at.reads().audit({std::nullopt, "", 2})->size() == 2);
}

TEST_CASE("registry: a revoked device's claims are refused by a worker that keeps running, and taken once it is trusted again") {
  test::Office office;
  test::ChainBuilder chain(office.enrol("dock-7"));
  chain.add_start();
  chain.add_ride(2000, test::of_event(1));
  chain.add_ride(2000, test::of_event(2));
  chain.add_ride(2000, test::of_event(3));
  test::Desk desk(office);
  CHECK(desk.take("dock-7", test::slice(chain.messages(), 0, 2)).up_to == 2);
  CHECK(desk.books()->registry().device("dock-7").value().value().state == Device::State::active);
  const auto change = [&](auto work) {
    const Status done = office.change([&](Registry& registry) -> Status {
      auto made = work(registry);
      return made ? Status(Done{}) : Status(Failure{made.error()});
    });
    REQUIRE(done);
  };
  change([](Registry& registry) { return registry.revoke("dock-7", {}); });
  CHECK(desk.take("dock-7", chain.messages()[2]).up_to == 2);
  CHECK(office.log.says("is of a device that is revoked; greentill-credit device trust takes that back"));
  change([](Registry& registry) { return registry.trust("dock-7"); });
  CHECK(desk.take("dock-7", chain.messages()[2]).up_to == 3);
  const auto hash = desk.books()->registry().keys("dock-7").value().at(0).hash;
  change([&](Registry& registry) { return registry.revoke_key(hash); });
  for (int second = 0; second < 600; ++second) static_cast<void>(office.clock.monotonic());  // else the log told it lately
  CHECK(desk.take("dock-7", chain.messages()[3]).up_to == 3);
  CHECK(office.log.says("is of a key that was revoked on "));
}

namespace {

/// A registry as greentill-credit's commands see it.
struct Office {
  test::TempDir folder;
  Office() {
    write("programme.toml", test::kPlainProgramme);
    write("credit.toml",
          "database = \"ledger.db\"\nmethodologies = \"none\"\nprogramme = \"programme.toml\"\n[broker]\nserver = "
          "\"mqtts://localhost:1\"\nshare_group = \"none\"\nauthorities = \"none\"\ncertificate = \"none\"\nkey = \"none\"\n");
  }
  void write(const std::string& name, const std::string& text) const { std::ofstream(folder / name) << text; }
  struct Said {
    Status done;
    std::string text;
  };
  template <typename Command>
  Said ask(Command command, const Given& given, bool json = false) const {
    std::ostringstream out;
    Status done = command(folder / "credit.toml", given, Output{json, out});
    return {std::move(done), out.str()};
  }
  /// Adds the rows of a CSV text.
  Said add(const std::string& thing, const std::string& csv) const {
    write("many.csv", csv);
    Given given;
    given.command = thing + " add";
    given.csv = folder / "many.csv";
    return ask(add_to_registry, given);
  }
};

Given of(const std::string& command, std::map<std::string, std::string> fields = {}) {
  Given given;
  given.command = command;
  given.fields = std::move(fields);
  return given;
}

}  // namespace

TEST_CASE("registry: many are added from a file, all of them or none, and every row that is wrong is named") {
  const Office at;
  CHECK(at.add("merchant", "id,name,zone\r\ncafe,\"Cafe, by the sea\",Europe/Helsinki\r\nbikes,Bikes,Europe/Paris\r\n").text ==
        "2 merchants added\n");
  CHECK(at.add("root", "\xEF\xBB\xBFowner,name\ncafe,cafe\n").done);
  const auto wrong = at.add(
      "device",
      "id,class,merchant,site,root\nt-1,till,cafe,s,cafe\nt-2,teller,cafe,s,cafe\nt-1,till,cafe,s,cafe\nt-3,till,cafe,s,\n");
  CHECK_FALSE(wrong.done);
  CHECK_HAS(wrong.done.error().message, "3 rows cannot be added, and so none is");
  CHECK_HAS(wrong.text, "many.csv: row 3: class: \"teller\" is none of till, kiosk, gateway, dock");
  CHECK_HAS(wrong.text, "many.csv: row 4: device t-1: it is there already");
  CHECK_HAS(wrong.text, "many.csv: row 5: device t-3: a device needs a root");
  CHECK(at.ask(list_registry, of("device list")).text == "the registry has no devices\n");
  CHECK(at.add("device", "id,class,merchant,site,root\nt-1,till,cafe,s,cafe\n").done);
  CHECK_HAS(at.ask(list_registry, of("merchant list")).text, "Cafe, by the sea");

  for (const std::string broken : {"", "id,name\nx,y\n", "id,name,zone\n", "id,name,zone\na,b\n", "id,name,zone\na,\"b,c\n",
                                   "id,name,zone,zone\na,b,Europe/Paris,Europe/Paris\n"}) {
    CAPTURE(broken);
    const auto said = at.add("merchant", broken);
    CHECK_FALSE(said.done);
    CHECK_HAS(said.done.error().message, "many.csv: ");
  }
}

TEST_CASE("registry: lists come as a table, as CSV and as JSON, and nothing in them steers a terminal or a spreadsheet") {
  const Office at;
  CHECK(at.add("merchant", "id,name,zone\n=1+1,\"Say \"\"hi\"\"\",Europe/Helsinki\n").done);
  Given list = of("merchant list");
  list.to_csv = true;
  CHECK_HAS(at.ask(list_registry, list).text, "'=1+1,\"Say \"\"hi\"\"\",Europe/Helsinki,active,,\r\n");
  const auto json = nlohmann::json::parse(at.ask(list_registry, of("merchant list"), true).text);
  CHECK(json["merchants"].at(0)["merchant"] == "=1+1");
  CHECK_HAS(at.ask(show_registered, of("merchant show", {{"id", "=1+1"}})).text, "Say \"hi\"");
  CHECK_FALSE(at.ask(show_registered, of("merchant show", {{"id", "other"}})).done);
  for (const std::string thing : {"root", "device", "key", "lock"}) {
    CHECK(at.ask(list_registry, of(thing + " list")).done);
    CHECK_FALSE(at.ask(show_registered, of(thing + " show", {{"id", "other"}})).done);
  }
}

TEST_CASE("registry: a change without a reason, or at a time that is none, is refused") {
  const Office at;
  CHECK(at.add("merchant", "id,name,zone\ncafe,Cafe,Europe/Helsinki\n").done);
  CHECK_HAS(at.ask(change_registry, of("merchant close", {{"id", "cafe"}, {"why", " "}})).done.error().message, "--why: say");
  CHECK(at.add("root", "name,owner\ncafe,cafe\n").done);
  const auto version = [&](const std::string& from) {
    return at.ask(change_registry, of("root version", {{"root", "cafe"}, {"from", from}, {"why", "planned"}})).done;
  };
  CHECK_HAS(version("soon").error().message, "--from: this is no date");
  CHECK(version("2999-01-01"));
  CHECK(version("2999-01-04T00:00:00+02:00"));
  CHECK_HAS(at.ask(show_audit, of("audit", {{"about", "cafe"}})).text, "root version");
  CHECK_FALSE(at.ask(show_audit, of("audit", {{"since", "x"}})).done);
}

}  // namespace greentill::credit::registry_test
