// SPDX-License-Identifier: Apache-2.0
// The commands but submit and export.
#include "daemon/base/hex.hpp"
#include "tests/support/in_zone.hpp"
#include "tests/unit/cli/printed.hpp"

namespace greentill {
namespace {

using cli::ExitCode;
using cli::Json;
using test::connect;
using test::kNoLine;
using test::Printed;
using test::quick;
using test::rides;
using test::ScriptedDaemon;

TEST_CASE("status: tells the device and its chain, and answers 1 where the daemon is in trouble") {
  test::Fixture fixture;
  const auto daemon = connect(fixture);
  Printed printed;
  CHECK(cli::show_status(*daemon, printed.text) == ExitCode::ok);
  CHECK(printed.out.str().find("chain         0102030405060708, head 1") != std::string::npos);
  printed.out.str("");
  fixture.desk.set_trouble("the disk is full");
  CHECK(cli::show_status(*daemon, printed.json) == ExitCode::does_not_hold);
  CHECK(printed.document()["trouble"] == "the disk is full");
}

TEST_CASE("status: what troubles it stands first, and overdue deliveries are answered with 1") {
  ScriptedDaemon daemon;
  const std::string status = R"({"device":"dock-1","version":"1","now":2000000,"trouble":null,
    "overdue":"7 claims wait","chain":null,
    "backlog":{"claims":9,"waiting":6,"held":2,"refused_retry":1,"refused_final":1,"oldest_at":1000},
    "refusals":[{"reason":"screening","kind":"held","claims":2},{"reason":"duplicate","kind":"final","claims":1},{"reason":"clock","kind":"retry","claims":1}],
    "certificates":{"device_end":2000060,"receipts_end":1000},
    "link":{"connected":false,"since":1000,"last_delivery":500,"last_error":"the broker is not there","chain":"on-probation",
    "chain_words":"the chain is on probation","paused_until":600,
    "data":{"month":"2026-11","bytes":48312345,"cap_bytes":50000000,"stage":"sparing"}}})";
  daemon.answers.emplace_back(cli::Answer{200, "application/json", status, std::nullopt});
  Printed printed;
  CHECK(cli::show_status(daemon, printed.text) == ExitCode::does_not_hold);
  CHECK(printed.out.str() ==
        "overdue       7 claims wait\n"
        "certificate   the device's ends 1970-01-24 03:34:20Z\n"
        "certificate   those that sign receipts ended 1970-01-01 00:16:40Z\n"
        "last error    the broker is not there\n"
        "service       the chain is on probation\n"
        "pause         the service takes nothing before 1970-01-01 00:10:00Z\n"
        "device        dock-1, greentilld 1\n"
        "merchant      , site \n"
        "backlog       6 waiting, 2 held, 1 refused for now, 1 refused for good; 9 stored\n"
        "              the oldest waits since 1970-01-01 00:16:40Z\n"
        "              2 held: screening\n"
        "              1 refused for good: duplicate\n"
        "              1 refused for now: clock\n"
        "line          down since 1970-01-01 00:16:40Z\n"
        "data          48.3 MB in 2026-11 of 50.0 MB: only claims and their receipts go over the line\n"
        "delivered     last 1970-01-01 00:08:20Z\n");
}

TEST_CASE("status: tells what is wrong with clock and certificate, and answers 1 meanwhile") {
  test::Fixture fixture;
  const auto daemon = connect(fixture);
  fixture.desk.set_warnings({"this device's clock is 3 days ahead", "our certificate expired"});
  Printed printed;
  CHECK(cli::show_status(*daemon, printed.text) == ExitCode::does_not_hold);
  CHECK(printed.out.str().find("warning       this device's clock is 3 days ahead\nwarning       our certificate expired\n") !=
        std::string::npos);
}

TEST_CASE("locks: each lock at a dock is told, and 1 where something is wrong with one") {
  const std::string status = R"({"plugins":[{"name":"ride","parts":[]},{"name":"dock","parts":[
    {"kind":"lock","name":"bike-1","told_at":1000,"fault":null,"fields":{"line":"tty","there":1,"state":"locked","battery_mv":2950,
     "clock":"sure","starts":2,"last_start":"power on","rides":7,"rides_waiting":0,"rides_settled":5,"rides_refused":0}},
    {"kind":"hub","name":"x","told_at":1000,"fault":null,"fields":{}}]}]})";
  ScriptedDaemon daemon;
  daemon.answers.emplace_back(cli::Answer{200, "application/json", status, std::nullopt});
  Printed printed;
  CHECK(cli::show_locks(daemon, printed.text) == ExitCode::ok);
  CHECK(printed.out.str() ==
        "bike-1        locked, 2.95 V, clock sure; 7 rides, 0 waiting, 5 settled\n"
        "              at dock, tty, last heard 1970-01-01 00:16:40Z; 2 starts, the last: power on\n");
  std::string faulty = status;
  faulty.replace(faulty.find("\"fault\":null"), 12, "\"fault\":\"two locks\"");
  daemon.answers.emplace_back(cli::Answer{200, "application/json", faulty, std::nullopt});
  Printed json;
  CHECK(cli::show_locks(daemon, json.json) == ExitCode::does_not_hold);
  const Json locks = json.document()["locks"];
  REQUIRE(locks.size() == 1);
  CHECK(locks[0]["fault"] == "two locks");
  CHECK(locks[0]["rides"] == 7);
  daemon.answers.emplace_back(cli::Answer{200, "application/json", "{}", std::nullopt});
  Printed none;
  CHECK(cli::show_locks(daemon, none.text) == ExitCode::ok);
  CHECK(none.out.str() == "no lock was at a dock since the daemon's start\n");
}

TEST_CASE("status: a line that was never up is not told to be down since 1970") {
  const auto line_of = [](const std::string& link) {
    ScriptedDaemon daemon;
    daemon.answers.emplace_back(cli::Answer{200, "application/json", "{\"link\":" + link + "}", std::nullopt});
    Printed printed;
    CHECK(cli::show_status(daemon, printed.text) == ExitCode::ok);
    const std::string page = printed.out.str();
    return page.substr(page.find("line  "));
  };
  CHECK(line_of(R"({"connected":false,"since":0})") == "line          never connected\n");
  CHECK(line_of(R"({"connected":false,"since":1000})") == "line          down since 1970-01-01 00:16:40Z\n");
  CHECK(line_of(R"({"connected":true,"since":1000})") == "line          up since 1970-01-01 00:16:40Z\n");
}

TEST_CASE("claims: pages are put together, in either order, up to the limit") {
  test::ServedDock dock(1500);
  const auto daemon = connect(dock);
  Printed printed;
  cli::ClaimsOptions options;
  options.limit = 1400;
  options.after = 10;
  CHECK(cli::list_claims(*daemon, options, printed.json) == ExitCode::ok);
  const Json listed = printed.document();
  REQUIRE(listed["claims"].size() == 1400);
  CHECK(listed["claims"].front()["seq"] == 11);
  CHECK(listed["claims"].back()["seq"] == 1410);
  CHECK(listed["next_after"] == 1410);

  options = {};
  options.newest = true;
  options.limit = 2;
  CHECK(cli::list_claims(*daemon, options, printed.text) == ExitCode::ok);
  const std::string table = printed.out.str();
  CHECK(std::count(table.begin(), table.end(), '\n') == 3);
  CHECK(table.find("1501") < table.find("1500"));
  CHECK(table.find("ride.bike.shared") != std::string::npos);
  CHECK(table.find("90.000 g") != std::string::npos);
}

TEST_CASE("claims: a list that breaks off is still one document, whatever ended it") {
  const cli::Answer first{200, "application/json", R"({"claims":[{"seq":1}],"next_after":1})", std::nullopt};
  const cli::Answer nonsense{200, "application/json", R"({"clams":[]})", std::nullopt};
  for (const Result<cli::Answer>& second : {Result<cli::Answer>(nonsense), Result<cli::Answer>(kNoLine)}) {
    ScriptedDaemon daemon;
    daemon.answers.emplace_back(first);
    daemon.answers.push_back(second);
    Printed printed;
    CHECK(cli::list_claims(daemon, {}, printed.json) == ExitCode::no_daemon);
    const Json listed = printed.document();
    CHECK(listed["claims"].size() == 1);
    CHECK(listed["error"]["exit_code"] == 4);
  }
}

TEST_CASE("claims: only those of one delivery, where it is asked for") {
  test::ServedDock dock(3);
  dock.desk.refuse(2, "duplicate");
  Printed printed;
  cli::ClaimsOptions options;
  options.delivery = "refused_final";
  CHECK(cli::list_claims(*connect(dock), options, printed.json) == ExitCode::ok);
  const Json listed = printed.document();
  REQUIRE(listed["claims"].size() == 1);
  CHECK(listed["claims"][0]["reason"] == "duplicate");
  CHECK(listed["next_after"].is_null());
}

TEST_CASE("show: a claim for people, as JSON and as the signed message; one that is not there is exit code 1") {
  test::ServedDock dock(1);
  const auto daemon = connect(dock);
  Printed printed;
  CHECK(cli::show_claim(*daemon, 2, false, printed.text) == ExitCode::ok);
  CHECK(printed.out.str().find("quantities    2400 m.odometer\n") != std::string::npos);
  CHECK(printed.out.str().find("credited      90.000 g CO2e") != std::string::npos);
  printed.out.str("");
  CHECK(cli::show_claim(*daemon, 2, false, printed.json) == ExitCode::ok);
  CHECK(printed.document()["entry"]["activity"] == "ride.bike.shared");

  CHECK(cli::show_claim(*daemon, 2, true, printed.text) == ExitCode::ok);
  const std::string raw = printed.out.str();
  const auto message = claim::parse_message(as_bytes(raw), claim::MessageType::claim);
  REQUIRE(message);
  CHECK(claim::parse_payload(message->payload)->seq == 2);
  printed.out.str("");

  CHECK(cli::show_claim(*daemon, 99, false, printed.json) == ExitCode::does_not_hold);
  CHECK(printed.document()["error"]["exit_code"] == 1);
}

TEST_CASE("output: what comes from outside cannot speak to the terminal") {
  CHECK(cli::printable("a\x1b[2Jb\n") == "a\\x1b[2Jb\\x0a");
}

TEST_CASE("output: amounts are exact and grouped") {
  CHECK(cli::grams_text(0) == "0.000 g");
  CHECK(cli::grams_text(1'234'567'089) == "1,234,567.089 g");
  CHECK(cli::grams_text(-1) == "-0.001 g");
  CHECK(cli::count_text(999) == "999");
  CHECK(cli::count_text(100'000) == "100,000");
  CHECK(cli::counted(0, "claim") == "0 claims");
  CHECK(cli::counted(1, "claim") == "1 claim");
  CHECK(cli::counted(1001, "claim") == "1,001 claims");
  CHECK(cli::time_text(0) == "1970-01-01 00:00:00Z");
}

TEST_CASE("undo: each claim is told for itself, and one that cannot be does not hold up the others") {
  test::Fixture fixture;
  const auto daemon = connect(fixture);
  Printed printed;
  std::istringstream in(rides(2));
  REQUIRE(cli::submit(*daemon, in, quick(), printed.json) == ExitCode::ok);
  printed.out.str("");
  CHECK(cli::undo_claims(*daemon, {.seqs = {2, 99, 3}}, printed.text) == ExitCode::does_not_hold);
  CHECK(printed.out.str() == "claim 2 is taken back by claim 4\nclaim 3 is taken back by claim 5\n");
  CHECK(printed.err.str().find("claim 99") != std::string::npos);
  printed.out.str("");
  CHECK(cli::undo_claims(*daemon, {.seqs = {2}}, printed.text) == ExitCode::ok);
  CHECK(printed.out.str() == "claim 2 was taken back before, by claim 4\n");
  printed.out.str("");
  CHECK(cli::undo_claims(*daemon, {.seqs = {3, 1}}, printed.json) == ExitCode::does_not_hold);
  const Json document = printed.document();
  CHECK(document["undone"][0]["reversals"][0]["seq"] == 5);
  CHECK(document["undone"][1]["error"]["exit_code"] == 1);
  CHECK(cli::undo_claims(*connect(fixture, "wrong"), {.seqs = {2}}, printed.text) == ExitCode::denied);
}

TEST_CASE("claims, show: a reversal tells which claim it takes back, and that one that it was") {
  test::ServedDock dock(2);
  const auto daemon = connect(dock);
  Printed printed;
  REQUIRE(cli::undo_claims(*daemon, {.seqs = {3}}, printed.json) == ExitCode::ok);
  printed.out.str("");
  CHECK(cli::list_claims(*daemon, {}, printed.text) == ExitCode::ok);
  const std::string table = printed.out.str();
  CHECK(table.find("waiting, taken back\n") != std::string::npos);
  CHECK(table.find("waiting, taken back\n") > table.find("         3  "));
  CHECK(table.find("takes back claim 3 ") != std::string::npos);
  printed.out.str("");
  CHECK(cli::show_claim(*daemon, 4, false, printed.text) == ExitCode::ok);
  CHECK(printed.out.str().find("takes back    claim 3\n") != std::string::npos);
  printed.out.str("");
  CHECK(cli::show_claim(*daemon, 3, false, printed.text) == ExitCode::ok);
  CHECK(printed.out.str().find("state         taken back\n") != std::string::npos);
}

TEST_CASE("records: are listed with their fates, and counted by source in the status") {
  test::Fixture fixture;
  const auto daemon = connect(fixture);
  Printed printed;
  CHECK(cli::list_records(*daemon, {}, printed.text) == ExitCode::ok);
  CHECK(printed.out.str() == "no such record is known\n");
  for (int i = 0; i < 1100; ++i) {
    const auto fate = i % 2 == 0 ? outbox::Fate::claimed : outbox::Fate::refused;
    fixture.desk.keep({"rides", std::to_string(i), "a&b.csv:" + std::to_string(i), fate, i % 2 == 0 ? "" : "no end"});
  }
  fixture.desk.keep({"vans", "1", "v.csv:1", outbox::Fate::left_out, "a van's"});
  printed.out.str("");
  CHECK(cli::list_records(*daemon, {.limit = 1050}, printed.json) == ExitCode::ok);
  CHECK(printed.document()["records"].size() == 1050);
  printed.out.str("");
  CHECK(cli::list_records(*daemon, {.where = "a&b.csv:7"}, printed.text) == ExitCode::ok);
  CHECK(printed.out.str().find("  refused  rides  a&b.csv:7  no end\n") != std::string::npos);
  printed.out.str("");
  CHECK(cli::list_records(*daemon, {.issuer = "a", .event_id = "b/c"}, printed.text) == ExitCode::ok);
  CHECK(printed.out.str() == "no such record is known\n");
  printed.out.str("");
  CHECK(cli::show_status(*daemon, printed.text) == ExitCode::ok);
  const std::string page = printed.out.str();
  CHECK(page.find("source        rides: 1,100 read: 550 claimed, 550 refused\n"
                  "              550 refused: no end (last ") != std::string::npos);
  CHECK(page.find("source        vans: 1 read: 1 left_out\n") != std::string::npos);
}

TEST_CASE("guarded: is listed newest first, over as many pages as it takes") {
  const test::InZone utc("UTC");
  test::Fixture fixture;
  const auto daemon = connect(fixture);
  Printed printed;
  CHECK(cli::list_guarded(*daemon, {.limit = 20}, printed.text) == ExitCode::ok);
  CHECK(printed.out.str() == "nothing was set aside\n");
  std::string doubtful;
  for (int i = 0; i < 1100; ++i) {
    doubtful += R"({"issuer":"meter","event_id":")" + std::to_string(i) +
                R"(","kind":"charge","begin":1000,"standing":"doubtful","remark":"clock )" + std::to_string(i) + "\"}\n";
  }
  std::istringstream in(doubtful);
  REQUIRE(cli::submit(*daemon, in, quick(), printed.json) == ExitCode::ok);
  printed.out.str("");
  CHECK(cli::list_guarded(*daemon, {.limit = 1050}, printed.json) == ExitCode::ok);
  const Json document = printed.document();
  REQUIRE(document["guarded"].size() == 1050);
  CHECK(document["guarded"][0]["reason"] == "not final: clock 1099");
  CHECK(document["guarded"][1049]["reason"] == "not final: clock 50");
  CHECK(cli::list_guarded(*daemon, {.limit = 1}, printed.text) == ExitCode::ok);
  CHECK(printed.out.str() == "1970-01-01 00:16  meter         1099              (the whole record)  not final: clock 1099\n");
}

TEST_CASE("guarded: a list that breaks off is still one document, whatever ended it") {
  const cli::Answer first{200, "application/json", R"({"guarded":[{"id":7}],"next_before":7})", std::nullopt};
  const cli::Answer nonsense{200, "application/json", R"({"guards":[]})", std::nullopt};
  for (const Result<cli::Answer>& second : {Result<cli::Answer>(nonsense), Result<cli::Answer>(kNoLine)}) {
    ScriptedDaemon daemon;
    daemon.answers.emplace_back(first);
    daemon.answers.push_back(second);
    Printed printed;
    CHECK(cli::list_guarded(daemon, {.limit = 20}, printed.json) == ExitCode::no_daemon);
    const Json listed = printed.document();
    CHECK(listed["guarded"].size() == 1);
    CHECK(listed["error"]["exit_code"] == 4);
  }
}

}  // namespace
}  // namespace greentill
