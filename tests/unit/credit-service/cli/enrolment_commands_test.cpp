// SPDX-License-Identifier: Apache-2.0
// The commands of enrolment, and what the configuration says of it.
#include <fstream>
#include <sstream>

#include "daemon/base/file.hpp"
#include "tests/support/temp_dir.hpp"
#include "tests/support/test_request.hpp"
#include "tests/unit/credit-service/registry_book.hpp"
#include "tools/credit-service/cli/enrolment.hpp"
#include "tools/credit-service/config/config.hpp"

namespace greentill::credit::enrolment_commands_test {
namespace {

using Fields = std::map<std::string, std::string>;

std::string content_of(const std::string& file) {
  auto text = read_file(file);
  REQUIRE(text);
  return std::move(*text);
}

/// A configuration with the devices dock-1 and dock-2, and authorities.
struct Site {
  Site() {
    write_config("");
    CHECK(run(init_authority, "ca init", {{"folder", (folder / "ca").string()}, {"name", "Example"}}).empty());
    CHECK(run(add_to_registry, "merchant add", {{"id", "cafe"}, {"name", "Cafe"}, {"zone", "Europe/Helsinki"}}).empty());
    CHECK(run(add_to_registry, "root add", {{"name", "cafe"}, {"owner", "cafe"}}).empty());
    for (const char* id : {"dock-1", "dock-2"}) {
      CHECK(run(add_to_registry, "device add",
                {{"id", id}, {"class", "dock"}, {"merchant", "cafe"}, {"site", "x"}, {"root", "cafe"}})
                .empty());
    }
  }
  void write_config(const std::string& est) const {
    std::ofstream(folder / "credit.toml")
        << "database = \"ledger.db\"\nmethodologies = \"none\"\nprogramme = \"none\"\n[broker]\nserver = "
           "\"mqtts://localhost:1\"\n"
           "share_group = \"none\"\nauthorities = \"none\"\ncertificate = \"none\"\nkey = \"none\"\n"
        << est;
  }
  /// The error's words; what was answered is in `answer`.
  template <typename Command>
  std::string run(Command command, const std::string& name, const Fields& fields, bool flags = false) {
    Given given;
    given.command = name;
    given.fields = fields;
    given.confirm = given.replace = flags;
    given.hosts = hosts;
    if (fields.contains("root")) given.roots = {fields.at("root")};
    std::ostringstream out;
    const Status done = command(folder / "credit.toml", given, Output{true, out});
    answer = Json::parse(out.str(), nullptr, false);
    return done ? "" : done.error().message;
  }

  test::TempDir folder;
  std::vector<std::string> hosts;
  Json answer;
};

constexpr const char* kEst =
    "[est]\nlisten = \"127.0.0.1:8443\"\ncertificate = \"est.crt\"\nkey = \"est.key\"\nauthority = \"ca\"\n";

}  // namespace

TEST_CASE("code add: one, many or none, with labels that are their owner's alone") {
  Site site;
  CHECK(site.run(add_codes, "code add", {{"device", "dock-1"}, {"days", "3"}}).empty());
  CHECK(site.answer["device"] == "dock-1");
  CHECK(site.answer["code"].get<std::string>().size() == 19);
  for (const char* days : {"0", "366", "x"}) {
    CHECK_HAS(site.run(add_codes, "code add", {{"device", "dock-1"}, {"days", days}}), "--days");
  }
  CHECK_HAS(site.run(add_codes, "code add", {}), "DEVICE is missing");
  CHECK_HAS(site.run(add_codes, "code add", {{"device", "dock-1"}}, true), "--why");
  const std::string csv = (site.folder / "codes.csv").string();
  std::ofstream(csv) << "device\ndock-1\ndock-9\n";
  CHECK_HAS(site.run(add_codes, "code add", {{"csv", csv}}), "1 row can have no code, and so none has");
  CHECK_HAS(site.answer["wrong"][0].get<std::string>(), "row 3: the registry has no device \"dock-9\"");
  CHECK(site.run(list_codes, "code list", {}).empty());
  CHECK(site.answer["codes"].size() == 1);
  std::ofstream(csv) << "device\ndock-1\ndock-2\n";
  const std::string labels = (site.folder / "labels.html").string();
  CHECK_HAS(site.run(add_codes, "code add", {{"csv", csv}, {"labels", labels}}), "est.url is not set");
  site.write_config(std::string(kEst) + "url = \"https://est.example:8443\"\n");
  CHECK(site.run(add_codes, "code add", {{"csv", csv}, {"labels", labels}}).empty());
  REQUIRE(site.answer["added"].size() == 2);
  CHECK((std::filesystem::status(labels).permissions() & std::filesystem::perms::all) ==
        (std::filesystem::perms::owner_read | std::filesystem::perms::owner_write));
  CHECK_HAS(content_of(labels), "dock-2");
  const std::string code = site.answer["added"][0]["code"];
  std::string digits = code;
  std::erase(digits, '-');
  for (const char* kept : {"ledger.db", "ledger.db-wal", "ledger.db.registry"}) {
    const std::string file = (site.folder / kept).string();
    if (!std::filesystem::exists(file)) continue;
    CHECK_FALSE(test::has(content_of(file), code));
    CHECK_FALSE(test::has(content_of(file), digits));
  }
  CHECK(site.run(show_code, "code show", {{"device", "dock-1"}}).empty());
  CHECK(site.answer["standing"] == "unused");
  CHECK_HAS(site.run(change_code, "code withdraw", {{"device", "dock-1"}}), "--why");
  CHECK(site.run(change_code, "code withdraw", {{"device", "dock-1"}, {"why", "lost"}}).empty());
  CHECK(site.answer["standing"] == "withdrawn");
  CHECK_HAS(site.run(show_code, "code show", {{"device", "dock-9"}}), "never had a code");
}

TEST_CASE("ca issue: what each kind says, and whom it is refused") {
  Site site;
  const std::string request = (site.folder / "a.csr").string();
  std::ofstream(request) << test::make_request().request;
  const auto issue = [&](const std::string& kind, const std::string& name = "") {
    return site.run(issue_certificate, "ca issue",
                    {{"folder", (site.folder / "ca").string()},
                     {"kind", kind},
                     {"request", request},
                     {"out", (site.folder / "a.crt").string()},
                     {"name", name}});
  };
  const auto text = [&] { return test::say("openssl x509 -noout -text -in " + (site.folder / "a.crt").string()).text; };
  CHECK_HAS(issue("server"), "--host");
  CHECK_HAS(issue("device"), "is none of server, worker, consents");
  CHECK(issue("worker").empty());
  CHECK_HAS(text(), "Subject: CN = credit\n");
  CHECK_HAS(text(), std::string(crypto::kReceiptSigningUsage));
  CHECK_HAS(text(), "Issuer: CN = \"Example, workers\"");
  CHECK_HAS(issue("consents"), "--name");
  CHECK(issue("consents", "Anna").empty());
  CHECK_HAS(text(), "Issuer: CN = \"Example, signers\"");
  site.hosts = {"est.example"};
  CHECK_HAS(issue("worker"), "only a server");
  CHECK(issue("server").empty());
  CHECK_HAS(text(), "TLS Web Server Authentication\n");
  CHECK_HAS(site.run(init_authority, "ca init", {{"folder", (site.folder / "ca").string()}, {"name", "Again"}}),
            "it is there already");
}

TEST_CASE("credit.toml: what [est] says, and what it cannot") {
  const Site site;
  const auto load = [&](const std::string& est) {
    site.write_config(est);
    return load_config(site.folder / "credit.toml");
  };
  CHECK_FALSE(load("").value().est);
  const auto config = load(kEst);
  REQUIRE(config);
  REQUIRE(config->est);
  CHECK(config->est->host == "127.0.0.1");
  CHECK(config->est->port == 8443);
  CHECK(config->est->authority == site.folder / "ca");
  CHECK(config->est->terms.grace == 180 * kSecondsADay);
  const auto listen = [&](const std::string& text) {
    std::string est(kEst);
    est.replace(est.find("127.0.0.1:8443"), 14, text);
    const auto made = load(est);
    return made ? made->est->host + ' ' + std::to_string(made->est->port) : made.error().message;
  };
  CHECK(listen("[::1]:1") == "::1 1");
  CHECK(listen(":8443") == ":: 8443");
  for (const char* wrong : {"", "8443", "localhost", "::1:8443", "a:", "a:70000"}) CHECK_HAS(listen(wrong), "est.listen");
  for (const char* wrong :
       {"url = \"http://a\"", "url = \"https://a/b\"", "grace_days = -1", "certificate_days = 0", "label = 1"}) {
    CHECK_FALSE(load(std::string(kEst) + wrong + '\n'));
  }
}

}  // namespace greentill::credit::enrolment_commands_test
