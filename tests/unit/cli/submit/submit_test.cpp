// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/cli/printed.hpp"
#include "tests/unit/cli/temp_folder.hpp"

namespace greentill {
namespace {

using cli::ExitCode;
using cli::Json;
using test::connect;
using test::kBusy;
using test::kNoLine;
using test::Printed;
using test::quick;
using test::rides;
using test::ScriptedDaemon;

TEST_CASE("submit: thousands of lines go in, in several requests, and count once however often") {
  test::Fixture fixture;
  const auto daemon = connect(fixture);
  Printed printed;
  std::istringstream first(rides(1203));
  CHECK(cli::submit(*daemon, first, quick(), printed.json) == ExitCode::ok);
  Json summary = printed.document();
  CHECK(summary["transactions"] == 1203);
  CHECK(summary["taken"] == 1203);
  CHECK(summary["repeated"] == 0);
  CHECK(summary["claims"] == 1203);
  CHECK(summary["estimate_mg"] == 1203 * 2400 * 50);
  CHECK(summary["problems"].empty());
  CHECK(fixture.desk.transactions() == 1203);

  std::istringstream second(rides(1203));
  CHECK(cli::submit(*daemon, second, quick(), printed.json) == ExitCode::ok);
  CHECK(printed.document()["repeated"] == 1203);
  CHECK(fixture.desk.transactions() == 1203);
}

TEST_CASE("submit: a refused line is named by its number in the file, and the lines around it are kept") {
  test::Fixture fixture;
  const auto daemon = connect(fixture);
  std::string text = rides(700);
  text += "\nnonsense\n" + test::ride("good") + "\n{\"issuer\":\"dock\",\"event_id\":\"e\",\"wheels\":2}\n";
  Printed printed;
  std::istringstream in(text);
  CHECK(cli::submit(*daemon, in, quick(), printed.json) == ExitCode::does_not_hold);
  const Json summary = printed.document();
  CHECK(summary["taken"] == 701);
  CHECK(summary["refused"] == 2);
  REQUIRE(summary["problems"].size() == 2);
  CHECK(summary["problems"][0]["line"] == 702);
  CHECK(summary["problems"][0]["status"] == 400);
  CHECK(summary["problems"][1]["line"] == 704);
  CHECK(summary["problems"][1]["field"] == "wheels");

  std::istringstream again(text);
  CHECK(cli::submit(*daemon, again, quick(), printed.text) == ExitCode::does_not_hold);
  CHECK(printed.err.str().find("trips.ndjson:704: wheels: ") != std::string::npos);
  CHECK(printed.out.str().find("\n701 transactions taken (701 known before), 2 refused\nnew: 0 claims: ") != std::string::npos);
}

TEST_CASE("submit: an array and a single object over several lines are taken as well") {
  test::Fixture fixture;
  const auto daemon = connect(fixture);
  Printed printed;
  std::istringstream array("[" + test::ride("a") + ",\n" + test::ride("b") + "]");
  CHECK(cli::submit(*daemon, array, quick(), printed.json) == ExitCode::ok);
  CHECK(printed.document()["taken"] == 2);
  std::istringstream one(test::ride("one"));
  CHECK(cli::submit(*daemon, one, quick(), printed.text) == ExitCode::ok);
  CHECK(printed.out.str().find("\n1 transaction taken (0 known before), 0 refused\n1 claim: ") != std::string::npos);
  CHECK(printed.out.str().starts_with("trips.ndjson:1: Shared bike: 90 g CO2e spared\n"));
  printed.out.str("");
  std::string object = test::ride("c");
  for (std::size_t at = object.find(','); at != std::string::npos; at = object.find(',', at + 2)) object.insert(at + 1, "\n ");
  std::istringstream pretty(object);
  CHECK(cli::submit(*daemon, pretty, quick(), printed.json) == ExitCode::ok);
  CHECK(printed.document()["claims"] == 1);
}

TEST_CASE("submit: a missing token is denied, an absent daemon not reachable, a busy one asked in vain") {
  test::Fixture fixture;
  Printed printed;
  std::istringstream denied(rides(1));
  CHECK(cli::submit(*connect(fixture, ""), denied, quick(), printed.json) == ExitCode::denied);
  const Json refusal = printed.document();
  CHECK(refusal["error"]["exit_code"] == 5);
  CHECK(refusal["error"]["message"].get<std::string>().find("--token-file") != std::string::npos);

  auto nobody = cli::DaemonClient::make({"http://127.0.0.1:1", ""});
  REQUIRE(nobody);
  std::istringstream unreachable(rides(1));
  CHECK(cli::submit(**nobody, unreachable, quick(), printed.json) == ExitCode::no_daemon);
  CHECK(printed.document()["error"]["message"].get<std::string>().find("http://127.0.0.1:1") != std::string::npos);

  for (const char* issuer : {"busy", "full"}) {
    std::istringstream waiting(test::ride("1") + "\n" + test::ride("2", issuer) + "\n" + test::ride("3") + "\n");
    CHECK(cli::submit(*connect(fixture), waiting, quick(), printed.json) == ExitCode::no_daemon);
    const Json summary = printed.document();
    CHECK(summary["taken"] == 2);
    CHECK(summary["refused"] == 0);
    CHECK(summary["error"]["exit_code"] == 4);
  }
}

TEST_CASE("submit: requests shrink to the daemon's limit, and only a document beyond it alone is refused") {
  api::Options options;
  options.max_body_bytes = 4096;
  test::Fixture fixture(options);
  Printed printed;
  std::istringstream in(rides(100) + test::ride(std::string(5000, 'x')) + "\n" + test::ride("last") + "\n");
  CHECK(cli::submit(*connect(fixture), in, quick(), printed.json) == ExitCode::does_not_hold);
  const Json summary = printed.document();
  CHECK(summary["taken"] == 101);
  REQUIRE(summary["problems"].size() == 1);
  CHECK(summary["problems"][0]["line"] == 101);
  CHECK(summary["problems"][0]["status"] == 413);
}

TEST_CASE("submit: what was not taken is sent again, and nothing else") {
  ScriptedDaemon daemon;
  daemon.answers.emplace_back(kBusy);
  daemon.answers.emplace_back(cli::Answer{200, "application/x-ndjson",
                                          R"({"index":0,"status":201,"claims":[]})"
                                          "\n"
                                          R"({"index":1,"status":503,"detail":"busy"})"
                                          "\n"
                                          R"({"index":2,"status":413,"detail":"cut off"})"
                                          "\n",
                                          std::nullopt});
  daemon.answers.emplace_back(kNoLine);
  daemon.answers.emplace_back(cli::Answer{200, "application/x-ndjson",
                                          R"({"index":0,"status":201,"claims":[]})"
                                          "\n"
                                          R"({"index":1,"status":201,"claims":[]})"
                                          "\n"
                                          R"({"index":2,"status":201,"claims":[]})"
                                          "\n",
                                          std::nullopt});
  Printed printed;
  std::istringstream in("{\"a\":1}\n{\"a\":2}\n{\"a\":3}\n{\"a\":4}\n");
  CHECK(cli::submit(daemon, in, quick(), printed.json) == ExitCode::ok);
  CHECK(printed.document()["taken"] == 4);
  REQUIRE(daemon.bodies.size() == 4);
  CHECK(daemon.bodies[1] == daemon.bodies[0]);
  CHECK(daemon.bodies[2] == "{\"a\":2}\n{\"a\":3}\n{\"a\":4}\n");
  CHECK(daemon.bodies[3] == daemon.bodies[2]);
}

TEST_CASE("submit: an act that was not claimed is told with its line and its reason, and is no failure") {
  const std::string answer = R"({"index":0,"status":201,"claims":[],"unclaimed":[]})"
                             "\n"
                             R"({"index":1,"status":201,"claims":[],"unclaimed":[{"activity":"cup.own","reason":"too many"},)"
                             R"({"activity":"","reason":"no\u001bmethod"}]})"
                             "\n";
  for (const bool json : {false, true}) {
    ScriptedDaemon daemon;
    daemon.answers.emplace_back(cli::Answer{200, "application/x-ndjson", answer, std::nullopt});
    Printed printed;
    std::istringstream in("{\"a\":1}\n\n{\"a\":2}\n");
    CHECK(cli::submit(daemon, in, quick(), json ? printed.json : printed.text) == ExitCode::ok);
    if (json) {
      const Json summary = printed.document();
      CHECK(summary["unclaimed"] == 2);
      REQUIRE(summary["not_claimed"].size() == 2);
      CHECK(summary["not_claimed"][0] == Json{{"line", 3}, {"activity", "cup.own"}, {"reason", "too many"}});
      CHECK(printed.err.str().empty());
    } else {
      CHECK(printed.err.str() == "trips.ndjson:3: cup.own: too many\ntrips.ndjson:3: no\\x1bmethod\n");
      CHECK(printed.out.str().ends_with("2 acts not claimed\n"));
    }
  }
}

TEST_CASE("submit: what was taken back is counted, and what the daemon remarks is told with its line") {
  const std::string refund =
      R"({"issuer":"dock","event_id":"r","kind":"trip","mode":"bike.shared","begin":2000,"reverses":{"event_id":"trip-0"}})";
  const std::string training =
      R"({"issuer":"dock","event_id":"t","kind":"trip","begin":2000,"standing":"training","remark":"test"})";
  test::Fixture fixture;
  const auto daemon = connect(fixture);
  Printed printed;
  std::istringstream in(rides(1) + refund + "\n\n" + training + "\n");
  CHECK(cli::submit(*daemon, in, quick(), printed.json) == ExitCode::ok);
  const Json summary = printed.document();
  CHECK(summary["claims"] == 1);
  CHECK(summary["reversals"] == 1);
  CHECK(summary["remarks"] == 1);
  CHECK(summary["remarked"] == Json::array({{{"line", 4}, {"remark", "not final: test"}}}));
  std::istringstream again(refund + "\n" + training + "\n");
  CHECK(cli::submit(*daemon, again, quick(), printed.text) == ExitCode::ok);
  CHECK(printed.err.str() == "trips.ndjson:2: not final: test\n");
  CHECK(printed.out.str().ends_with("0 acts not claimed\n1 reversal of claims, 1 remark\n"));
}

TEST_CASE("submit: a file without a transaction is exit code 3, as nobody hands in nothing") {
  for (const char* empty : {"", "\n \n", "[]", "[ ]\n"}) {
    CAPTURE(empty);
    ScriptedDaemon daemon;
    Printed printed;
    std::istringstream text(empty);
    CHECK(cli::submit(daemon, text, quick(), printed.text) == ExitCode::bad_file);
    CHECK(printed.out.str().empty());
    CHECK(printed.err.str() == "greentill: trips.ndjson: there is no transaction in it\n");
    std::istringstream json(empty);
    CHECK(cli::submit(daemon, json, quick(), printed.json) == ExitCode::bad_file);
    const Json summary = printed.document();
    CHECK(summary["transactions"] == 0);
    CHECK(summary["error"]["exit_code"] == 3);
  }
}

}  // namespace
}  // namespace greentill
