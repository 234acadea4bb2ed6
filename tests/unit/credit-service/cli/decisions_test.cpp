// SPDX-License-Identifier: Apache-2.0
// The commands by which people decide: settings and ceilings of devices, consents, and what is held.
#include <doctest/doctest.h>
#include <sys/stat.h>

#include <map>
#include <sstream>

#include "daemon/base/file.hpp"
#include "tests/support/temp_dir.hpp"
#include "tests/support/test_authority.hpp"
#include "tools/credit-service/cli/registry.hpp"

namespace greentill::credit::decisions_test {
namespace {

using test::TestAuthority;
using Fields = std::map<std::string, std::string>;

constexpr const char* kSigner =
    "basicConstraints=critical,CA:FALSE;keyUsage=digitalSignature;"
    "extendedKeyUsage=2.25.207861434512389410537416087632598513417.2";

constexpr const char* kProgramme =
    "name = \"t\"\nzone = \"UTC\"\n[shares]\ncustomer = \"1\"\nmerchant = \"0\"\noperator = \"0\"\n";

/// A service with the device till-1, whose key was replaced once.
struct Site {
  test::TempDir folder;
  TestAuthority devices{"Devices"}, signers{"Signers"};
  TestAuthority::Issued signer = signers.issue("signer-1", kSigner);

  Site() {
    write("programme.toml", kProgramme);
    write("programme.key", std::string(64, '5') + "\n", 0600);
    write("signers-ca.crt", signers.pem());
    write("signers.crt", signer.certificate);
    write("signer.key", signer.key, 0600);
    write(
        "credit.toml",
        "database = \"ledger.db\"\nmethodologies = \"" GREENTILL_SOURCE_DIR
        "/config/methodologies\"\nprogramme = \"programme.toml\"\nprogramme_key = "
        "\"programme.key\"\nconsent_authorities = \"signers-ca.crt\"\nconsent_certificates = \"signers.crt\"\n[broker]\nserver = "
        "\"mqtts://localhost:1\"\nshare_group = \"none\"\nauthorities = \"none\"\ncertificate = \"none\"\nkey = \"none\"\n");
    add("merchant add", {{"id", "cafe"}, {"name", "Cafe"}, {"zone", "Europe/Helsinki"}});
    add("root add", {{"name", "cafe"}, {"owner", "cafe"}});
    Given device = given("device add", {{"id", "till-1"}, {"class", "till"}, {"merchant", "cafe"}, {"site", "harbour"}});
    device.roots = {"cafe"};
    CHECK(said(add_to_registry, device).error == "");
    for (const std::string command : {"key add", "key replace"}) {
      write("device.crt", devices.issue("till-1").certificate);
      const auto put = command == "key add" ? add_to_registry : change_registry;
      CHECK(said(put, given(command, {{"device", "till-1"}, {"file", folder / "device.crt"}, {"why", "a new disk"}})).error ==
            "");
    }
  }
  void write(const std::string& name, const std::string& text, unsigned mode = 0644) const {
    REQUIRE(write_file_durably(folder / name, text, mode));
  }
  void add(const std::string& command, const Fields& fields) const {
    CHECK(said(add_to_registry, given(command, fields)).error == "");
  }
  static Given given(const std::string& command, const Fields& fields) {
    Given made;
    made.command = command;
    made.fields = fields;
    return made;
  }
  struct Said {
    std::string error;
    std::string text;
  };
  template <typename Command>
  Said said(const Command& command, const Given& what, bool json = false) const {
    std::ostringstream out;
    const Status done = command(folder / "credit.toml", what, Output{json, out});
    return {done ? "" : done.error().message, out.str()};
  }
  [[nodiscard]] Said sign(Fields more = {}) const {
    more.insert({{"device", "till-1"},
                 {"key", folder / "signer.key"},
                 {"certificate", folder / "signers.crt"},
                 {"out", folder / "consent"}});
    return said(sign_consent, given("key sign-consent", more));
  }
  [[nodiscard]] Said take() const { return said(credit::take_consent, given("key consent", {{"file", folder / "consent"}})); }
};

bool has(const std::string& text, std::string_view part) { return text.find(part) != std::string::npos; }
#define CHECK_HAS(text, part) CHECK_MESSAGE(has(text, part), text)

/// --chain, --seq and --hash.
Fields place(const std::string& seq, char hash = 'a') {
  return {{"chain", "0102030405060708"}, {"seq", seq}, {"hash", std::string(64, hash)}};
}

}  // namespace

TEST_CASE("decisions: a device's settings are written for their owner alone, and their number stands until they change") {
  const Site at;
  const auto settings = [&](const Fields& more) {
    Fields fields{{"id", "till-1"}};
    fields.insert(more.begin(), more.end());
    return at.said(write_device_settings, Site::given("device settings", fields));
  };
  const auto file = at.folder / "till-1.settings.toml";
  CHECK(settings({{"out", file}}).error == "");
  struct stat state {};
  REQUIRE(::stat(file.c_str(), &state) == 0);
  CHECK((state.st_mode & 0777) == 0600);
  CHECK(read_file(file).value() == settings({}).text);
  CHECK_HAS(settings({}).text, "number = 1\n\n[assignment]");
  CHECK_HAS(at.said(show_registered, Site::given("device show", {{"id", "till-1"}})).text, "settings:        1\n");
  at.write("programme.key", std::string(64, '5'), 0644);
  CHECK_HAS(settings({}).error, "programme.key: holds a key and is open to others than its owner");
  at.write("programme.key", "1 " + std::string(64, '5'), 0600);
  CHECK_HAS(settings({}).error, "programme.key: not 64 hexadecimal digits");
}

TEST_CASE("decisions: a device's own ceiling is set in milligrams, and taken back") {
  const Site at;
  const auto ceiling = [&](const std::string& mg) {
    return at.said(change_registry,
                   Site::given("device ceiling", {{"id", "till-1"}, {"activity", "ride.bus"}, {"mg", mg}, {"why", "busy"}}));
  };
  for (const std::string wrong : {"", "-1", "5g", "9007199254740993"}) CHECK_HAS(ceiling(wrong).error, "MG: milligrams a day");
  CHECK(ceiling("5000").text == "till-1 may be granted 5.000 g of ride.bus a day\n");
  CHECK_HAS(at.said(show_registered, Site::given("device show", {{"id", "till-1"}})).text, "ride.bus, 5.000 g a day");
  CHECK(ceiling("none").text == "till-1 has its class's ceiling for ride.bus\n");
}

TEST_CASE("decisions: a consent is signed for the newest key, taken, and raised but never lowered") {
  const Site at;
  CHECK_HAS(at.sign().text, "the one before is good up to nothing that it signed");
  CHECK(at.take().error == "");
  CHECK(at.sign(place("5")).error == "");
  CHECK_HAS(at.take().text, "is good up to seq 5 of chain 0102030405060708");
  CHECK(at.sign(place("4")).error == "");
  CHECK_HAS(at.take().error, "a place never falls");
  CHECK(at.sign(place("9")).error == "");
  CHECK(at.take().error == "");
  CHECK_HAS(at.said(show_registered, Site::given("device show", {{"id", "till-1"}})).text,
            "up to seq 9 of chain 0102030405060708");
  for (const auto& [name, wrong] : Fields{{"chain", "01"}, {"seq", "x"}, {"hash", "zz"}}) {
    Fields fields = place("9");
    fields[name] = wrong;
    CHECK_HAS(at.sign(fields).error, "--" + name + ": it");
    fields.erase(name);
    CHECK_HAS(at.sign(fields).error, "name one place together");
  }
  CHECK_HAS(at.sign({{"device", "till-9"}}).error, "the registry has no device \"till-9\"");
  at.write("consent", "nonsense");
  CHECK_HAS(at.take().error, "it is no consent");
}

TEST_CASE("decisions: a consent that the service would not take is not written") {
  const Site at;
  at.write("other.key", at.signers.issue("signer-2", kSigner).key, 0600);
  CHECK_HAS(at.sign({{"key", at.folder / "other.key"}}).error, "other.key: ");
  const auto device = at.devices.issue("till-1");
  at.write("device.crt", device.certificate);
  CHECK_HAS(at.sign({{"certificate", at.folder / "device.crt"}}).error, "which signs consents");
  const auto unlisted = at.signers.issue("signer-2", kSigner);
  at.write("other.crt", unlisted.certificate);
  at.write("other.key", unlisted.key, 0600);
  CHECK_HAS(at.sign({{"certificate", at.folder / "other.crt"}, {"key", at.folder / "other.key"}}).error,
            "the service would not take this consent: its signer's certificate ");
  CHECK_FALSE(std::filesystem::exists(at.folder / "consent"));
}

TEST_CASE("decisions: what is held is named by a claim or by its group, and why is asked for") {
  const Site at;
  const auto decide = [&](Fields fields, const std::string& why = "looked at") {
    fields["why"] = why;
    return at.said(decide_held, Site::given("held release", fields));
  };
  CHECK_HAS(decide({}).error, "say which: CLAIM, or --device");
  CHECK_HAS(decide({{"claim", "17"}, {"device", "till-1"}}).error, "CLAIM names one");
  CHECK_HAS(decide({{"claim", "x"}}).error, "CLAIM: a number");
  CHECK_HAS(decide({{"reason", "duplicate"}}).error, "is none for which a claim is held");
  CHECK_HAS(decide({{"day", "2026-13-01"}}).error, "--day: this is no date");
  CHECK_HAS(decide({{"device", "till-1"}}, " ").error, "--why: say");
  CHECK(decide({{"device", "till-1"}, {"reason", "ceiling-device"}, {"day", "2026-11-24"}}).text == "0 claims released\n");
  const auto audit = at.said(show_audit, Site::given("audit", {{"about", "till-1"}}), true).text;
  CHECK_HAS(audit, "\"command\": \"held release\"");
  CHECK_HAS(audit, "\"reason\": \"ceiling-device\"");
}

TEST_CASE("decisions: a chain is named by its digits, and only a released one can be the open one") {
  const Site at;
  const auto decide = [&](const std::string& chain, const std::string& verdict, bool open = false) {
    Given given = Site::given("device chain", {{"id", "till-1"}, {"chain", chain}, {"verdict", verdict}, {"why", "looked at"}});
    given.open = open;
    return at.said(credit::decide_chain, given).error;
  };
  CHECK_HAS(decide("0102", "release"), "CHAIN: 16 hexadecimal digits");
  CHECK_HAS(decide("0102030405060708", "trust"), "say release or dismiss");
  CHECK_HAS(decide("0102030405060708", "dismiss", true), "--open goes with release");
  CHECK(decide("0102030405060708", "release") != "");  // the device has no chain
}

}  // namespace greentill::credit::decisions_test
