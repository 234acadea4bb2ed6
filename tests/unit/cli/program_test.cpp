// SPDX-License-Identifier: Apache-2.0
// The program itself: its exit codes, and what goes to which stream.
#include "tests/unit/cli/program.hpp"
#include "daemon/crypto/hasher.hpp"
#include "tests/unit/cli/chain_builder.hpp"

namespace greentill {
namespace {

using test::Run;
using test::run;

const std::string kMethodologies = GREENTILL_SOURCE_DIR "/config/methodologies";

/// A dock's exported claims and certificate, measured by a methodology of the repository.
struct ExportedDock {
  test::TempFolder folder;
  test::TestSigner signer{"dock-7"};
  test::ChainBuilder chain{signer};
  std::string certificate = folder.write("device.crt", signer.certificate_pem()).string();

  ExportedDock() {
    auto library = measure::Library::load(kMethodologies, crypto::Hasher());
    REQUIRE(library);
    const auto* methodology = library->for_activity("ride.bike.shared", 1'700'000'000);
    REQUIRE(methodology != nullptr);
    chain.methodology = *methodology;
    chain.add_start();
    for (int i = 0; i < 5; ++i) chain.add_ride();
  }

  std::string write() {
    std::string bytes;
    for (const auto& message : chain.messages()) bytes += as_text(message);
    return folder.write("claims.cborseq", bytes).string();
  }

  [[nodiscard]] Run verify(const std::string& file, const std::string& more = "") const {
    return run(folder, "verify " + file + " --certificate " + certificate + " --methodologies " + kMethodologies + " " + more);
  }
};

TEST_CASE("greentill show: raw bytes are no document") {
  const test::TempFolder folder;
  const Run both = run(folder, "show 1 --raw --json");
  CHECK(both.code == 2);
  CHECK(both.json()["error"]["exit_code"] == 2);
}

TEST_CASE("greentill: --version names the program; answers that cannot be written are exit code 3, and said to be") {
  const test::TempFolder folder;
  CHECK(run(folder, "--version").out.starts_with("greentill "));
  ExportedDock dock;
  const Run full = run(dock.folder, "verify " + dock.write() + " --certificate " + dock.certificate + " --methodologies " +
                                        kMethodologies + " >/dev/full 2>" + (folder / "said").string() + "; exit $?");
  CHECK(full.code == 3);
  CHECK(test::read_all(folder / "said").find("standard output cannot be written") != std::string::npos);
}

TEST_CASE("greentill: files that are not there are exit code 3, an absent daemon is 4") {
  ExportedDock dock;
  CHECK(run(dock.folder, "submit no-such-file").code == 3);
  CHECK(run(dock.folder, "status --token-file no-such-file").code == 3);
  CHECK(run(dock.folder, "config check no-such-file").code == 3);
  CHECK(run(dock.folder, "status --config no-such-file").code == 3);
  CHECK(dock.verify("no-such-file").code == 3);
  const Run absent = run(dock.folder, "status");
  CHECK(absent.code == 4);
  CHECK(absent.out.empty());
  CHECK(absent.err.find("no answer from the daemon at http://127.0.0.1:1") != std::string::npos);
  CHECK(run(dock.folder, "status --json").json()["error"]["exit_code"] == 4);
}

TEST_CASE("greentill verify: a sound export holds, from a file and from standard input") {
  ExportedDock dock;
  const std::string file = dock.write();
  const Run text = dock.verify(file);
  CHECK(text.code == 0);
  CHECK(text.out.starts_with("6 messages, 6 of them sound, 0 findings\n"));
  CHECK(text.err.empty());  // no progress bar where standard error is a file
  const Run piped = run(dock.folder, "verify - --json --ca " + dock.certificate + " --certificate " + dock.certificate +
                                         " --methodologies " + kMethodologies + " --threads 1 <" + file);
  CHECK(piped.code == 0);
  CHECK(piped.json()["holds"] == true);
  CHECK(piped.json()["chains"][0]["last_seq"] == 6);
}

TEST_CASE("greentill verify: it says what it cannot see, and what a later signature made up for") {
  ExportedDock dock;
  dock.chain.messages()[3].back() ^= 1;
  const std::string file = dock.write();
  const Run text = dock.verify(file);
  CHECK(text.code == 0);
  CHECK(text.out.find("1 claim with a spoilt signature, which a later claim of the chain attests\n") != std::string::npos);
  CHECK(text.out.find("not seen: what the service granted, held or refused; whether others claim the same acts, and whether "
                      "assignments and roots are the registry's\n") != std::string::npos);
  const nlohmann::json json = dock.verify(file, "--json").json();
  CHECK(json["attested"] == 1);
  CHECK(json["receipts"].is_null());
}

TEST_CASE("greentill verify: receipts are told apart by who signed them, so that their signers are needed") {
  ExportedDock dock;
  const std::string file = dock.write();
  const std::string none = dock.folder.write("receipts.cborseq", "").string();
  CHECK(dock.verify(file, "--receipts " + none).code == 2);
  const Run text = dock.verify(file, "--signer " + dock.certificate + " --receipts " + none);
  CHECK(text.code == 0);
  CAPTURE(text.out);
  CHECK(text.out.find("0 receipts: 0 claims accepted, granted 0.000 g CO2e; 0 held, 0 refused, 0 refused for now, ") !=
        std::string::npos);
  CHECK(text.out.find(" of which none tells\n") != std::string::npos);
  CHECK(dock.verify(file, "--signer " + dock.certificate + " --receipts no-such-file").code == 3);
}

TEST_CASE("greentill verify: a file without a claim proves nothing, so it is exit code 3") {
  const ExportedDock dock;
  CHECK(dock.verify("-").code == 3);
}

TEST_CASE("greentill verify: what does not hold is told, with exit code 1") {
  ExportedDock dock;
  dock.chain.messages()[5].back() ^= 1;
  const std::string file = dock.write();
  const Run text = dock.verify(file);
  CHECK(text.code == 1);
  CHECK(text.out.starts_with("seq 6: bad-signature: "));
  const nlohmann::json json = dock.verify(file, "--json").json();
  CHECK(json["holds"] == false);
  CHECK(json["messages"] == 6);
  CHECK(json["sound"] == 5);
  REQUIRE(json["findings"].size() == 1);
  CHECK(json["findings"][0]["seq"] == 6);
  CHECK(json["findings"][0]["chain"] == "0101010101010101");
  CHECK(json["by_activity"]["ride.bike.shared"]["claims"] == 4);
}

TEST_CASE("greentill config check: a key that is not known is told with line and column") {
  const test::TempFolder folder;
  const std::string file =
      folder
          .write("greentill.toml",
                 "[device]\nstate = \"x\"\nstat = 1\n"
                 "[identity]\nkey = \"k\"\ncertificate = \"c\"\nsettings = \"s\"\n[methodologies]\nfolder = \"m\"\n")
          .string();
  const Run text = run(folder, "config check " + file);
  CHECK(text.code == 1);
  CHECK_MESSAGE(text.out.find(file + ":3:8: key 'device.stat' is not known here; did you mean 'state'?") != std::string::npos,
                text.out);
  const nlohmann::json json = run(folder, "config check --json " + file).json();
  CHECK(json["holds"] == false);
  CHECK(json["problems"].size() == 1);
}

TEST_CASE("greentill config check: without a file it is the one that --config or the environment names") {
  const test::TempFolder folder;
  const std::string told = folder.write("told.toml", "[device]\nstate = 1\n").string();
  const std::string other = folder.write("other.toml", "[device]\nstate = 1\n").string();
  const auto checked = [&](const std::string& arguments) { return run(folder, arguments).json().value("file", ""); };
  CHECK(checked("--json --config " + told + " config check") == told);
  CHECK(checked("config check --json --config " + told) == told);
  CHECK(checked("config check --json --config " + other + " " + told) == told);
  CHECK(run(folder, "config check", "GREENTILL_CONFIG=" + told).out.starts_with(told + ":2:"));
}

TEST_CASE("greentill config check: mistakes in the merchant's rules are told, and acts that no methodology measures") {
  const test::TempFolder folder;
  const std::string head =
      "[device]\nstate = \"state\"\n"
      "[identity]\nkey = \"device.key\"\ncertificate = \"device.crt\"\nsettings = \"settings.toml\"\n"
      "[methodologies]\nfolder = \"" +
      kMethodologies +
      "\"\n"
      "[[detector]]\nname = \"shop\"\nplugin = \"rules\"\nconfiguration = \"shop.toml\"\n";
  const std::string file = folder.write("greentill.toml", head).string();
  const auto problems = [&](const std::string& rules) {
    folder.write("shop.toml", rules);
    nlohmann::json of_rules = nlohmann::json::array();
    const nlohmann::json document = run(folder, "config check --json " + file).json();
    for (const auto& one : document["problems"]) {
      if (one.get<std::string>().starts_with("detector")) of_rules.push_back(one);
    }
    return of_rules;
  };
  const std::string rule = "[[rule]]\nid = \"x\"\nkind = [\"sale\"]\nquantity = { unit = \"pieces\", per = \"event\" }\n";
  CHECK(problems(rule + "activity = \"receipt.paperless\"\n").empty());
  const auto unknown = problems(rule + "activity = \"cup.flying\"\n");
  REQUIRE(unknown.size() == 1);
  CHECK(unknown[0] == "detector 'shop': rule 'x': no methodology measures the activity 'cup.flying': it would not be claimed");
  const auto wrong = problems(rule + "activity = \"receipt.paperless\"\ntenders = [\"cash\"]\n");
  REQUIRE(wrong.size() == 1);
  const auto told = wrong[0].get<std::string>();
  CHECK_MESSAGE(told.find("shop.toml:6:11: key 'rule[0].tenders' is not known here") != std::string::npos, told);
}

TEST_CASE("greentill rules test: a file, or standard input") {
  const test::TempFolder folder;
  const std::string sales =
      folder.write("sales.ndjson", R"({"issuer":"t","event_id":"1","kind":"sale","begin":1781503814,"receipt_medium":"qr"})")
          .string();
  const std::string command = "rules test " GREENTILL_SOURCE_DIR "/config/rules/default.toml ";
  const Run text = run(folder, command + sales);
  CHECK(text.code == 0);
  CHECK(text.out.find("receipt.paperless pieces=1 in the whole event") != std::string::npos);
  CHECK(run(folder, command + "- --json").json()["error"]["exit_code"] == 3);
  CHECK(run(folder, command + (folder / "none").string()).code == 3);
  CHECK(run(folder, "rules test").code == 2);
  CHECK(run(folder, "rules").code == 2);
}

TEST_CASE("greentill config check: every file that the configuration names and that is not there is told") {
  const test::TempFolder folder;
  const std::string file =
      folder
          .write("greentill.toml",
                 "[device]\nstate = \"state\"\n"
                 "[identity]\nkey = \"device.key\"\ncertificate = \"device.crt\"\nsettings = \"settings.toml\"\n"
                 "[methodologies]\nfolder = \"" +
                     kMethodologies + "\"\n")
          .string();
  REQUIRE(::chmod(folder.write("settings.toml", "").c_str(), 0600) == 0);
  const nlohmann::json problems = run(folder, "config check --json " + file).json()["problems"];
  REQUIRE(problems.size() == 3);
  CHECK(problems[0].get<std::string>().starts_with("identity.certificate: "));
  CHECK(problems[1].get<std::string>().starts_with("identity.key: "));
  CHECK(problems[2].get<std::string>().starts_with("identity.settings: "));
}

}  // namespace
}  // namespace greentill
