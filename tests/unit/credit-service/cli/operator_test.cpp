// SPDX-License-Identifier: Apache-2.0
// What an operator sees and does, while a worker has the ledger open.
#include <doctest/doctest.h>

#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>

#include "daemon/base/hex.hpp"
#include "tests/unit/credit-service/one_device.hpp"
#include "tools/credit-service/cli/commands.hpp"
#include "tools/credit-service/ledger/statement.hpp"

namespace greentill::credit::operator_test {
namespace {

using greentill::test::OneDevice;
using greentill::test::reversal_of;

struct Said {
  Status done = Done{};
  std::string text;
  [[nodiscard]] Json json() const { return Json::parse(text); }
  [[nodiscard]] bool has(std::string_view part) const { return text.find(part) != std::string::npos; }
};

/// An operator at the ledger of one device's office.
struct Operator : OneDevice {
  Operator() {
    std::ofstream(office.folder / "programme.toml") << test::kPlainProgramme;
    std::ofstream(config) << "database = \"ledger.db\"\nmethodologies = \"none\"\nprogramme = "
                             "\"programme.toml\"\n[broker]\nserver = \"mqtts://localhost:1\"\nshare_group = "
                             "\"none\"\nauthorities = \"none\"\ncertificate "
                             "= \"none\"\nkey = \"none\"\n";
  }
  template <typename Command, typename... Options>
  Said ask(bool json, Command command, const Options&... options) const {
    std::ostringstream out;
    Status done = command(config, options..., Output{json, out});
    return {done, out.str()};
  }
  template <typename Command, typename... Options>
  Json json_of(Command command, const Options&... options) const {
    const Said said = ask(true, command, options...);
    REQUIRE_MESSAGE(said.done, (said.done ? "" : said.done.error().message));
    return said.json();
  }
  Json devices() const { return json_of(list_devices, std::string()).at("devices"); }
  std::filesystem::path config = office.folder / "credit.toml";
};

TEST_CASE("an operator sees each device: what it sent, when it was last heard, until when its certificate lasts") {
  Operator at;
  CHECK(at.ask(false, list_devices, std::string()).has("dock-7  never"));
  at.ride(3);
  at.send(1, 4);
  at.office.clock.now += 100;
  at.ride_unknown(1);
  at.send(5, 5);
  const Json device = at.devices().at(0);
  CHECK(device["device"] == "dock-7");
  CHECK(device["last_heard"] == at.office.clock.now.load());
  CHECK(device["first_heard"] == at.office.clock.now - 100);
  CHECK(device["chains"].at(0)["head"] == 5);
  CHECK(device["accepted"] == 4);
  CHECK(device["refused"] == 1);
  CHECK(device["certificates"].at(0)["sha256"] == to_hex(at.office.enrol("dock-7").thumbprint()));
  CHECK(device["certificates"].at(0)["not_after"] > at.office.clock.now.load());
  CHECK(device["held"] == 0);
  const Said text = at.ask(false, list_devices, std::string());
  CAPTURE(text.text);
  CHECK(text.has("certificate ends"));
  CHECK(text.has("dock-7"));
  CHECK_FALSE(at.ask(false, list_devices, std::string("dock-8")).done);
}

TEST_CASE("a refusal is told with its device, seq, certificate, cause in words, and since when it lasts") {
  Operator at;
  at.ride(1);
  at.ride_unknown(2);
  at.send(1, 4);
  const std::int64_t first = at.office.clock.now;
  at.office.clock.now += 500;
  at.send(4, 4);  // tried again
  const Json refusals = at.json_of(list_refusals, RefusalsOptions{});
  CHECK(refusals["count"] == 2);
  const Json latest = refusals["refusals"].at(0);
  CHECK(latest["seq"] == 4);
  CHECK(latest["since"] == first);
  CHECK(latest["reason"] == "unknown-methodology");
  CHECK(latest["certificate"] == to_hex(at.office.enrol("dock-7").thumbprint()));
  CHECK(latest["retryable"] == true);
  const Said text = at.ask(false, list_refusals, RefusalsOptions{});
  CAPTURE(text.text);
  CHECK(text.has("its methodology is not in the methodologies folder"));

  RefusalsOptions few;
  few.limit = 1;
  CHECK(at.json_of(list_refusals, few)["refusals"].size() == 1);
  CHECK(at.ask(false, list_refusals, few).has("and 1 earlier ones"));
  RefusalsOptions other;
  other.reason = "duplicate";
  CHECK(at.json_of(list_refusals, other)["count"] == 0);
  CHECK(at.ask(false, list_refusals, other).text == "no claim is refused\n");
  other = {};
  other.device = "dock-8";
  CHECK(at.json_of(list_refusals, other)["count"] == 0);
  other = {};
  other.since = "2999-01-01";
  CHECK(at.json_of(list_refusals, other)["count"] == 0);
  other.since = "2999-02-30";
  CHECK_FALSE(at.ask(false, list_refusals, other).done);
}

TEST_CASE("a claim under an unknown certificate, for which a chain stands still, is seen until the chain goes on") {
  Operator at;
  const test::TestSigner& signer = at.office.signer_of("dock-9");
  test::ChainBuilder chain(at.office.signer_of("dock-9"), "dock-9");
  chain.add_start();
  chain.add_ride();
  test::Desk desk(at.office);
  desk.take("dock-9", chain.messages());
  const Json refused = at.json_of(list_refusals, RefusalsOptions{})["refusals"].at(0);
  CHECK(refused["seq"] == 1);
  CHECK(refused["reason"] == "unknown-certificate");
  CHECK(refused["stands_still"] == true);
  CHECK(refused["certificate"] == to_hex(signer.thumbprint()));
  const std::int64_t since = refused["since"];
  at.office.clock.now += 60;
  desk.take("dock-9", chain.messages());
  CHECK(at.json_of(list_refusals, RefusalsOptions{})["refusals"].at(0)["since"] == since);
  CHECK(at.devices().at(1)["standstill"]["reason"] == "unknown-certificate");
  CHECK(at.ask(false, list_devices, std::string()).has("stands still before 1: unknown-certificate"));
  CHECK(at.ask(false, list_devices, std::string()).has("none registered"));
  at.office.put_certificate("dock-9", signer.certificate_pem());
  CHECK(desk.take("dock-9", chain.messages()).up_to == 2);
  CHECK(at.json_of(list_refusals, RefusalsOptions{})["count"] == 0);
  CHECK(at.devices().at(1)["standstill"].is_null());
}

TEST_CASE("a batch that waits is told with what is missing before it") {
  Operator at;
  at.ride(9);
  at.send(1, 2);
  at.send(5, 6);
  at.send(7, 8);
  at.send(10, 10);
  const Json pending = at.json_of(list_pending, std::string())["pending"];
  REQUIRE(pending.size() == 3);
  CHECK(pending.at(0)["from"] == 5);
  CHECK(pending.at(0)["to"] == 6);
  CHECK(pending.at(0)["missing"] == Json{{"from", 3}, {"to", 4}});
  CHECK(pending.at(0)["since"] == at.office.clock.now.load());
  CHECK(pending.at(0)["bytes"] > 100);
  CHECK(pending.at(1)["missing"].is_null());
  CHECK(pending.at(2)["missing"] == Json{{"from", 9}, {"to", 9}});
  CHECK(at.devices().at(0)["pending"] == 3);
  CHECK(at.ask(false, list_pending, std::string()).has("3 to 4"));
  CHECK(at.json_of(list_pending, std::string("dock-8"))["pending"].empty());
  at.send(3, 9);
  CHECK(at.ask(false, list_pending, std::string()).text == "no batch waits for an earlier one\n");
}

/// Sums of a statement of all time, as the books name them.
std::map<std::string, std::int64_t> accounts_of(const Json& total) {
  return {{"issuance", -total["net_mg"].get<std::int64_t>()},
          {"customers", total["customers_mg"]},
          {"merchant", total["merchant_mg"]},
          {"operator", total["operator_mg"]}};
}

TEST_CASE("statements add up to the books, to the milligram, however they are cut") {
  Operator at;
  at.ride(5);
  at.chain.add(reversal_of(1, 1000));
  at.chain.add(reversal_of(2));
  at.chain.add_ride(1234, test::of_event(90));
  at.send(1, 6);
  at.office.clock.now += 40 * 86'400;
  at.send(7, 9);
  const Report report = at.desk.report();
  std::map<std::string, std::int64_t> books{{"customers", 0}};
  for (const auto& [kind, mg] : report.accounts) {
    const bool is_customer = kind != "issuance" && kind != "merchant" && kind != "operator";
    books[is_customer ? "customers" : kind] += mg;
  }
  for (const std::vector<std::string>& by :
       {std::vector<std::string>{}, {"merchant"}, {"activity", "device"}, {"day"}, {"month", "merchant"}}) {
    StatementRequest request;
    request.by = by;
    const Json statement = at.json_of(show_statement, request);
    CHECK(accounts_of(statement["total"]) == books);
    CHECK(statement["total"]["net_mg"] == report.granted_mg);
    CHECK(statement["total"]["claims"] == 6);
    CHECK(statement["total"]["reversals"] == 2);
  }
  StatementRequest months;
  months.by = {"month"};
  const Json lines = at.json_of(show_statement, months)["lines"];
  REQUIRE(lines.size() == 2);
  CHECK(lines.at(0)["taken_back_mg"] == 0);
  CHECK(lines.at(1)["claims"] == 1);
  CHECK(lines.at(1)["reversals"] == 2);
  // A month alone gives its line, and the days around it the same.
  months.month = lines.at(0)["month"];
  CHECK(at.json_of(show_statement, months)["lines"].at(0) == lines.at(0));
  months.from = "2026-01-01";
  CHECK_FALSE(at.ask(false, show_statement, months).done);
}

TEST_CASE("a statement as CSV has a head, one line for each, and nothing that a spreadsheet reckons") {
  Operator at;
  at.ride(1);
  at.chain.add_ride(1234, test::of_event(90));
  at.send(1, 2);
  at.office.clock.now += 40 * 86'400;
  at.send(3, 3);
  StatementRequest request;
  request.by = {"month", "activity"};
  request.csv = true;
  const Said csv = at.ask(false, show_statement, request);
  CAPTURE(csv.text);
  CHECK(csv.text.starts_with(
      "month,activity,claims,granted_mg,reversals,taken_back_mg,net_mg,customers_mg,merchant_mg,operator_mg\r\n"));
  CHECK(std::ranges::count(csv.text, '\n') == 3);
  CHECK(csv.has(",ride.bike.shared,1,167,"));
  CHECK_FALSE(at.ask(true, show_statement, request).done);
  request.csv = false;
  CHECK(at.ask(false, show_statement, request).has("\ntotal"));
  request.merchant = "nobody";
  CHECK(at.ask(false, show_statement, request).has("nothing was booked"));
}

}  // namespace
}  // namespace greentill::credit::operator_test
