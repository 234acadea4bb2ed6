// SPDX-License-Identifier: Apache-2.0
// greentill config check: everything that is wrong is found, each by its key and cause, by the program itself.
#include <sys/stat.h>
#include <unistd.h>

#include "tests/support/test_authority.hpp"
#include "tests/unit/cli/program.hpp"

namespace greentill {
namespace {

using test::Run;
using test::TestAuthority;

const std::string kKey = " = \"" + std::string(64, 'a') + "\"\n";
std::string root_of_settings(int number, const std::string& name) {
  return "[[root]]\nnumber = " + std::to_string(number) + "\nname = \"" + name + "\"\nreversal_key" + kKey +
         "[[root.version]]\nnumber = 1\nfrom = 0\nkey" + kKey;
}
const std::string kSettings =
    "device = \"till-1\"\nnumber = 3\n[assignment]\nnumber = 2\nmerchant = \"m\"\nsite = \"s\"\n" + root_of_settings(4, "shop");
const std::string kMapping =
    "issuer = \"docks\"\nzone = \"Europe/Helsinki\"\nmode = { constant = \"bike.shared\" }\nevent_id = { column = \"Id\" }\n"
    "[begin]\ncolumn = \"From\"\nformats = [\"%Y-%m-%d %H:%M:%S\"]\n[end]\ncolumn = \"To\"\nformats = [\"%Y-%m-%d %H:%M:%S\"]\n"
    "[quantities.\"m.odometer\"]\ncolumn = \"Metres\"\n";

const TestAuthority& root() {
  static const TestAuthority one("Root");
  return one;
}
const TestAuthority::Issued& device() {
  static const TestAuthority::Issued one = root().issue("till-1", TestAuthority::kDevice, "-1h");
  return one;
}
const TestAuthority::Issued& service() {
  static const TestAuthority::Issued one = root().issue("credit", TestAuthority::kService);
  return one;
}

/// An installation with nothing wrong, but for certificates that end within 30 days.
struct Installed {
  test::TempFolder folder;
  std::string more;  // of the configuration

  Installed() {
    secret("device.key", device().key);
    folder.write("device.crt", device().certificate);
    secret("settings.toml", kSettings);
    folder.write("ca.crt", root().pem());
    folder.write("service.crt", service().certificate);
  }
  void secret(const std::string& name, const std::string& content) {
    REQUIRE(::chmod(folder.write(name, content).c_str(), 0600) == 0);
  }
  void source(const std::string& plugin, const std::string& configuration) {
    more += "[[source]]\nname = \"s\"\nplugin = \"" + plugin + "\"\nconfiguration_text = '''\n" + configuration + "'''\n";
  }
  [[nodiscard]] std::string write() const {
    return folder
        .write("greentill.toml",
               "[device]\nstate = \"state\"\n"
               "[identity]\nkey = \"device.key\"\ncertificate = \"device.crt\"\nsettings = \"settings.toml\"\n"
               "[methodologies]\nfolder = \"" GREENTILL_SOURCE_DIR
               "/config/methodologies\"\n"
               "[uplink]\nserver = \"mqtts://localhost\"\nauthorities = \"ca.crt\"\nreceipt_certificates = \"service.crt\"\n" +
                   more)
        .string();
  }
  [[nodiscard]] Run run(const std::string& options = "--json ", const std::string& environment = "") const {
    return test::run(folder, "config check " + options + write(), environment);
  }
  /// The problems, one a line.
  [[nodiscard]] std::string problems() const {
    std::string all;
    const nlohmann::json document = run().json();
    for (const auto& one : document["problems"]) all += one.get<std::string>() + '\n';
    return all;
  }
  [[nodiscard]] std::string path(const std::string& name) const { return (folder / name).string(); }
};

bool has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }
std::size_t lines(const std::string& text) { return static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n')); }

#define CHECK_HAS(text, part) CHECK_MESSAGE(has(text, part), text)

TEST_CASE("config check: an installation that is right passes, and what ends soon is a warning") {
  const Installed good;
  const Run run = good.run();
  CHECK_MESSAGE(run.code == 0, run.out);
  CHECK(run.json()["problems"].empty());
  REQUIRE(run.json()["warnings"].size() == 1);
  CHECK_HAS(run.json()["warnings"][0].get<std::string>(),
            "identity.certificate: " + good.path("device.crt") + ": it ends in 9 days, on ");
  CHECK_HAS(good.run("").out, "nothing wrong with it");
}

TEST_CASE("config check: says for whom the device works, and under which root each part claims, but no key") {
  Installed at;
  at.secret("settings.toml", kSettings + root_of_settings(5, "cups"));
  std::filesystem::create_directory(at.folder / "spool");
  at.more = "[api]\nroot = \"shop\"\n";
  at.source("poslog", "path = \"" + at.path("spool") + "\"\nissuer = \"shop\"\nzone = \"Europe/Rome\"\ncurrency = \"EUR\"\n");
  at.more += "root = \"cups\"\n";
  const Run run = at.run();
  CHECK_MESSAGE(run.code == 0, run.out);
  CHECK(run.json()["notes"] == nlohmann::json{"settings number 3: assignment 2, merchant 'm', site 's'",
                                              "the API claims under the root 'shop'", "source 's' claims under the root 'cups'"});
  CHECK_FALSE(has(run.out, "aaaa"));
  CHECK_HAS(at.run("").out, "source 's' claims under the root 'cups'\n");
}

TEST_CASE("config check: each fault of key and certificate is told by its cause") {
  Installed at;
  std::string key = "identity.certificate: ";
  std::string words;
  SUBCASE("expired") {
    at.folder.write("device.crt", root().issue("till-1", TestAuthority::kDevice, "-20d").certificate);
    words = "UTC, and this machine's clock shows ";
    CHECK_HAS(at.problems(), "it expired on ");
  }
  SUBCASE("not valid yet") {
    at.folder.write("device.crt", root().issue("till-1", TestAuthority::kDevice, "+20d").certificate);
    words = "it is valid only from ";
  }
  SUBCASE("self-signed") {
    const TestAuthority self("till-1");
    at.folder.write("device.crt", self.pem());
    words = "it is self-signed, with its own key and not by an authority";
  }
  SUBCASE("foreign") {
    at.folder.write("device.crt", TestAuthority("Elsewhere").issue("till-1").certificate);
    words = "it was issued by 'Elsewhere', whose certificate is neither behind it in its file nor among the authorities";
  }
  SUBCASE("missing intermediate") {
    const TestAuthority between("Between", &root());
    const auto issued = between.issue("till-1");
    at.secret("device.key", issued.key);
    at.folder.write("device.crt", issued.certificate);
    CHECK_HAS(at.problems(), "it was issued by 'Between', whose certificate is neither");
    at.folder.write("device.crt", issued.certificate + between.pem());
    CHECK(at.problems().empty());
    return;
  }
  SUBCASE("no digitalSignature") {
    at.folder.write("device.crt", root().issue("till-1", "keyUsage=keyAgreement;extendedKeyUsage=clientAuth").certificate);
    words = "its key usage lacks digitalSignature";
  }
  SUBCASE("no clientAuth") {
    at.folder.write("device.crt", root().issue("till-1", "keyUsage=digitalSignature;extendedKeyUsage=serverAuth").certificate);
    words = "its extended key usage lacks clientAuth";
  }
  SUBCASE("another's key") {
    at.secret("device.key", root().issue("till-1").key);
    key = "identity.key: ";
    words = "the certificate is not that of the key";
  }
  SUBCASE("open to others") {
    REQUIRE(::chmod(at.path("device.key").c_str(), 0644) == 0);
    key = "identity.key: ";
    words = "run chmod 600 on it";
  }
  SUBCASE("settings that are none") {
    at.secret("settings.toml", "garbage\n");
    key = "identity.settings: ";
    words = "settings.toml:1:";
  }
  SUBCASE("settings open to others") {
    REQUIRE(::chmod(at.path("settings.toml").c_str(), 0640) == 0);
    key = "identity.settings: ";
    words = "run chmod 600 on it";
  }
  SUBCASE("another device's settings") {
    at.secret("settings.toml", "device = \"till-2\"\n" + kSettings.substr(kSettings.find('\n') + 1));
    key = "identity.settings: ";
    words = "these are the settings of the device 'till-2', and the certificate names 'till-1'";
  }
  SUBCASE("several roots") {
    at.secret("settings.toml", kSettings + root_of_settings(5, "cups"));
    key = "api.root: ";
    words = "name one of the settings' roots under which it may claim: 'shop', 'cups'";
  }
  SUBCASE("authorities that are none") {
    at.folder.write("ca.crt", "nothing");
    key = "uplink.authorities: ";
    words = "the PEM text holds no certificate";
  }
  SUBCASE("authorities that are too many") {
    at.folder.write("ca.crt", root().pem() + std::string(1u << 20, '#'));
    key = "uplink.authorities: ";
    words = "larger than the 1048576 bytes allowed here";
  }
  SUBCASE("receipts without their usage") {
    at.folder.write("service.crt", device().certificate);
    key = "uplink.receipt_certificates: ";
    words = "it may not sign receipts";
  }
  const std::string told = at.problems();
  CHECK_HAS(told, key);
  CHECK_HAS(told, words);
  CHECK(at.run().code == 1);
}

TEST_CASE("config check: a source is asked itself what is wrong with its configuration, its files and its zone") {
  Installed at;
  const std::string mapping = "format = \"csv\"\nmapping = \"docks\"\nmappings = \"" + at.path("mappings") + "\"\n";
  const std::string rides = "path = \"" + at.path("spool/rides.csv") + "\"\n";
  std::filesystem::create_directory(at.folder / "spool");
  std::filesystem::create_directory(at.folder / "mappings");
  at.folder.write("mappings/docks.toml", kMapping);
  SUBCASE("right") {
    at.source("journal", rides + mapping);
    at.folder.write("spool/rides.csv", "Id,From,To,Metres\n1,2026-05-04 08:00:00,2026-05-04 08:20:00,2000\n");
    CHECK(at.problems().empty());
    CHECK(at.run().code == 0);
  }
  SUBCASE("no such mapping") {
    at.source("journal", rides + "format = \"csv\"\nmapping = \"none\"\nmappings = \"" + at.path("mappings") + "\"\n");
    CHECK_HAS(at.problems(), "source 's': ");
    CHECK_HAS(at.problems(), "none.toml");
  }
  SUBCASE("a column that the file lacks") {
    at.source("journal", rides + mapping);
    at.folder.write("spool/rides.csv", "Id,From,Until,Metres\n1,2026-05-04 08:00:00,2026-05-04 08:20:00,2000\n");
    CHECK_HAS(at.problems(), "source 's', " + at.path("spool/rides.csv") + ": ");
    CHECK_HAS(at.problems(), "'To'");
  }
  SUBCASE("no such zone") {
    at.source("poslog",
              "path = \"" + at.path("spool") + "\"\nissuer = \"shop\"\nzone = \"Europe/Nowhere\"\ncurrency = \"EUR\"\n");
    CHECK_HAS(at.problems(), "there is no time zone 'Europe/Nowhere'");
  }
  SUBCASE("no such folder") {
    at.source("poslog",
              "path = \"" + at.path("spool/nowhere") + "\"\nissuer = \"shop\"\nzone = \"Europe/Rome\"\ncurrency = \"EUR\"\n");
    CHECK_HAS(at.problems(), "source 's', path: " + at.path("spool/nowhere") + ": ");
  }
  SUBCASE("an unknown key") {
    at.source("poslog", "path = \"" + at.path("spool") + "\"\nissuer = \"shop\"\nzone = \"Europe/Rome\"\ncurency = \"EUR\"\n");
    CHECK_HAS(at.problems(), "key 'curency' is not known here");
  }
}

TEST_CASE("config check: all faults are told at one go, in the file and in what it names") {
  Installed at;
  at.secret("settings.toml", "garbage\n");
  at.folder.write("ca.crt", "nothing");
  REQUIRE(::chmod(at.path("device.key").c_str(), 0640) == 0);
  std::filesystem::remove(at.folder / "service.crt");
  CHECK(lines(at.problems()) == 4);
  at.more = "[api]\nport = 70000\nthread = 8\n[log]\nlevel = \"loud\"\n";
  const std::string told = at.problems();
  CHECK_MESSAGE(lines(told) == 3, told);
  CHECK_HAS(told, "key 'api.port'");
  CHECK_HAS(told, "key 'api.thread' is not known here; did you mean 'threads'?");
  CHECK_HAS(told, "key 'log.level'");
}

TEST_CASE("config check: what another user may not look at is said, and not called wrong") {
  if (::geteuid() != 0) return;
  Installed at;
  REQUIRE(::chmod(at.folder.path().c_str(), 0755) == 0);
  const std::string file = at.write();
  REQUIRE(::chmod(file.c_str(), 0644) == 0);
  const Run run = test::run(at.folder, "config check --json " + file, "setpriv --reuid 65534 --regid 65534 --clear-groups");
  const std::string unseen = run.json()["not_looked_at"].dump();
  CHECK_HAS(unseen, "identity.key: " + at.path("device.key") + ": you may not read it");
  CHECK_HAS(unseen, "identity.settings: ");
  CHECK_MESSAGE(run.json()["problems"].empty(), run.out);
  CHECK(run.code == 0);
}

TEST_CASE("config check: a folder that the daemon's user may not change is told to whoever checks") {
  if (::geteuid() != 0) return;
  Installed at;
  REQUIRE(::chmod(at.folder.path().c_str(), 0755) == 0);
  for (const char* name : {"device.key", "settings.toml"}) REQUIRE(::chown(at.path(name).c_str(), 65534, 65534) == 0);
  std::filesystem::create_directory(at.folder / "spool");
  at.source("poslog", "path = \"" + at.path("spool") + "\"\nissuer = \"shop\"\nzone = \"Europe/Rome\"\ncurrency = \"EUR\"\n");
  const std::string told = at.problems();
  CHECK_HAS(told, "source 's', path: " + at.path("spool") + ": the daemon's user nobody may not read and change it");
  CHECK_HAS(told, "device.state: ");
}

TEST_CASE("config check: a machine without time zones is told to install them") {
  // An empty folder over the zones, in a mount namespace of the process's own: only root may make one, and not everywhere.
  if (std::system("unshare -m mount -t tmpfs none /usr/share/zoneinfo 2>/dev/null") != 0) {
    MESSAGE("no mount namespace can be made here");
    return;
  }
  Installed at;
  std::filesystem::create_directory(at.folder / "spool");
  at.source("poslog", "path = \"" + at.path("spool") + "\"\nissuer = \"shop\"\nzone = \"Europe/Rome\"\ncurrency = \"EUR\"\n");
  at.folder.write("hidden.sh", "mount -t tmpfs none /usr/share/zoneinfo && exec \"$@\"\n");
  const Run run = at.run("--json ", "unshare -m sh " + at.path("hidden.sh"));
  const std::string told = run.json()["problems"].dump();
  CHECK_HAS(told, "this machine has no time zone database, so that no zone is known: install the package tzdata");
  CHECK_FALSE(has(told, "Europe/Helsinki"));
}

}  // namespace
}  // namespace greentill
