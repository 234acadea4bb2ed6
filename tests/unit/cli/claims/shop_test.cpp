// SPDX-License-Identifier: Apache-2.0
// The commands of whoever runs a shop, by receipts and days.
#include "daemon/base/local_time.hpp"
#include "tests/support/in_zone.hpp"
#include "tests/unit/cli/printed.hpp"

namespace greentill::shop_test {
namespace {

using cli::ExitCode;
using cli::Json;
using test::connect;
using test::InZone;
using test::Printed;

constexpr std::int64_t kBegin = 1'795'500'000;  // 2026-11-24 06:00 UTC, 15 minutes before the desk's clock

std::string sale(const std::string& till, const std::string& number, std::int64_t begin, const std::string& medium = "none") {
  return R"({"issuer":")" + till + R"(","event_id":")" + std::to_string(begin) + '-' + number + R"(","kind":"sale","begin":)" +
         std::to_string(begin) + R"(,"receipt_medium":")" + medium + R"(","till":")" + till + R"(","receipt_number":")" + number +
         "\"}\n";
}

/// Three sales without paper, of which two have one number, and one with paper.
struct Shop : test::Fixture {
  Shop() {
    Printed ignored;
    std::istringstream in(sale("till-9", "1702", kBegin) + sale("till-8", "1702", kBegin + 60) +
                          sale("till-9", "1703", kBegin + 120) + sale("till-9", "1704", kBegin + 180, "paper"));
    REQUIRE(cli::submit(*client, in, test::quick(), ignored.json) == ExitCode::ok);
  }
  InZone zone{"Europe/Helsinki"};
  std::unique_ptr<cli::DaemonClient> client = connect(*this);
  Printed printed;
};

TEST_CASE("claims: are told with time, till and receipt number as the shop knows them, and as CSV") {
  Shop shop;
  CHECK(cli::list_claims(*shop.client, {.receipt_number = "1703"}, shop.printed.text) == ExitCode::ok);
  CHECK(shop.printed.out.str().find("\n         4  2026-11-24 08:02  till-9        1703              receipt.paperless") !=
        std::string::npos);
  shop.printed.out.str("");
  CHECK(cli::list_claims(*shop.client, {.when = {"2026-11-24 08:01", "2026-11-24 08:01"}, .csv = true}, shop.printed.text) ==
        ExitCode::ok);
  CHECK(shop.printed.out.str() ==
        "seq,time,till,receipt_number,kind,activity,estimate_g,credited_g,delivery,reason,takes_back,taken_back\r\n"
        "3,2026-11-24 08:01,till-8,1702,reduction,receipt.paperless,1.900,1.425,waiting,,,\r\n");
  CHECK(cli::list_claims(*shop.client, {.csv = true}, shop.printed.json) == ExitCode::usage);
  shop.printed.out.str("");
  CHECK(cli::list_claims(*connect(shop, ""), {}, shop.printed.text) == ExitCode::ok);
  CHECK(shop.printed.out.str().find("1702") == std::string::npos);  // without the token
}

TEST_CASE("claims: an activity that was never claimed may be a mistyped one") {
  Shop shop;
  CHECK(cli::list_claims(*shop.client, {.activity = "receipt.paperles"}, shop.printed.text) == ExitCode::does_not_hold);
  CHECK(shop.printed.err.str().find("did you mean receipt.paperless?\n") != std::string::npos);
}

TEST_CASE("undo: by the receipt, and without doing it") {
  Shop shop;
  cli::UndoOptions options{.receipt = {"1703"}, .dry_run = true};
  CHECK(cli::undo_claims(*shop.client, options, shop.printed.text) == ExitCode::ok);
  CHECK(shop.printed.out.str() ==
        "would take back claim 4 (receipt.paperless, 1.425 g) of receipt 1703 at till-9, 2026-11-24 08:02\n");
  shop.printed.out.str("");
  options.dry_run = false;
  CHECK(cli::undo_claims(*shop.client, options, shop.printed.text) == ExitCode::ok);
  CHECK(shop.printed.out.str() == "receipt 1703 at till-9, 2026-11-24 08:02\nclaim 4 is taken back by claim 5\n");
  shop.printed.out.str("");
  options.dry_run = true;
  CHECK(cli::undo_claims(*shop.client, options, shop.printed.text) == ExitCode::does_not_hold);
  CHECK(shop.printed.out.str().find("it was taken back before\n") != std::string::npos);
  shop.printed.out.str("");
  CHECK(cli::undo_claims(*shop.client, {.seqs = {1, 2}, .dry_run = true}, shop.printed.json) == ExitCode::ok);
  const Json plan = shop.printed.document()["would_undo"];
  CHECK(plan[0]["why_not"] == "it is the chain's start and claims nothing");
  CHECK(plan[1]["why_not"].is_null());
}

TEST_CASE("undo: a receipt is found by its day and till however many others have its number, and none is guessed at") {
  Shop shop;
  std::string others;
  for (int i = 0; i < 100; ++i) others += sale("till-9", "1702", kBegin - 86'400 + i);
  std::istringstream in(others + sale("till-7", "1702", kBegin + 240));
  Printed ignored;
  REQUIRE(cli::submit(*shop.client, in, test::quick(), ignored.json) == ExitCode::ok);
  // Whichever of them are told first, one is the first that was recorded and one the last.
  for (const char* till : {"till-8", "till-7"}) {
    CAPTURE(till);
    CHECK(cli::undo_claims(*shop.client, {.receipt = {"1702", till, "2026-11-24"}, .dry_run = true}, shop.printed.text) ==
          ExitCode::ok);
  }
  shop.printed.err.str("");
  CHECK(cli::undo_claims(*shop.client, {.receipt = {"1702", "", "2026-11-24"}}, shop.printed.text) == ExitCode::does_not_hold);
  CHECK(shop.printed.err.str().find("3 sales have this number") != std::string::npos);
  shop.printed.err.str("");
  CHECK(cli::undo_claims(*shop.client, {.receipt = {"1702"}}, shop.printed.text) == ExitCode::does_not_hold);
  CHECK(shop.printed.err.str().find("100 sales or more are known as receipt 1702; say which with --till and --date") !=
        std::string::npos);
  shop.printed.err.str("");
  CHECK(cli::refund(*shop.client, {.receipt = {"1702", "till-9", "2026-11-23"}, .all = true}, shop.printed.text) ==
        ExitCode::does_not_hold);
  CHECK(shop.printed.err.str().find("greentill claims lists their claims") != std::string::npos);
}

TEST_CASE("undo: a full page of one sale with claims and others without is not taken for the whole") {
  test::ScriptedDaemon daemon;
  Json sales = Json::array();
  for (int i = 0; i < 100; ++i) {
    sales.push_back({{"id", std::to_string(i)}, {"till", "till-9"}, {"receipt_number", "1702"}, {"begin", i}});
    sales.back()["claims"] = i == 0 ? Json{7} : Json::array();
  }
  daemon.answers.emplace_back(cli::Answer{200, "application/json", Json{{"sales", sales}}.dump(), {}});
  Printed printed;
  CHECK(cli::undo_claims(daemon, {.receipt = {"1702"}}, printed.text) == ExitCode::does_not_hold);
  CHECK(daemon.bodies.empty());
}

TEST_CASE("undo: where several sales have the number none is taken back, and each is told") {
  Shop shop;
  CHECK(cli::undo_claims(*shop.client, {.receipt = {"1702"}}, shop.printed.text) == ExitCode::does_not_hold);
  const std::string told = shop.printed.err.str();
  CHECK(told.find("2 sales have this number; say which with --till or --date:") != std::string::npos);
  CHECK(told.find("receipt 1702 at till-9, 2026-11-24 08:00: claims 2") != std::string::npos);
  CHECK(told.find("receipt 1702 at till-8, 2026-11-24 08:01: claims 3") != std::string::npos);
  CHECK(cli::undo_claims(*shop.client, {.receipt = {"1702", "till-8", "2026-11-24"}}, shop.printed.text) == ExitCode::ok);
  shop.printed.err.str("");
  CHECK(cli::undo_claims(*shop.client, {.receipt = {"1702", "", "2026-11-23"}}, shop.printed.text) == ExitCode::does_not_hold);
  CHECK(shop.printed.err.str().find("no sale is known here as receipt 1702 of 2026-11-23") != std::string::npos);
  shop.printed.err.str("");
  CHECK(cli::undo_claims(*shop.client, {.receipt = {"1704"}}, shop.printed.text) == ExitCode::does_not_hold);
  CHECK(shop.printed.err.str().find("nothing is claimed for it, so there is nothing to take back: ") != std::string::npos);
  CHECK(cli::undo_claims(*connect(shop, ""), {.receipt = {"1703"}}, shop.printed.text) == ExitCode::denied);
}

TEST_CASE("refund: names the claims that it takes back, is the same when it is typed again, and says where nothing is left") {
  Shop shop;
  const cli::RefundOptions all{.receipt = {"1703"}, .all = true};
  CHECK(cli::refund(*shop.client, all, shop.printed.text) == ExitCode::ok);
  CHECK(shop.printed.out.str() ==
        "receipt 1703 at till-9, 2026-11-24 08:02\n"
        "claim 4 (receipt.paperless, 1.425 g) of receipt 1703 at till-9, 2026-11-24 08:02 is taken back by claim 5\n");
  shop.printed.out.str("");
  CHECK(cli::refund(*shop.client, all, shop.printed.text) == ExitCode::ok);
  CHECK(shop.printed.out.str().find(" was taken back before, by claim 5\n") != std::string::npos);
  CHECK(cli::refund(*shop.client, {.receipt = {"1702"}, .all = true}, shop.printed.text) == ExitCode::does_not_hold);
  CHECK(cli::refund(*shop.client, {.receipt = {"1703"}}, shop.printed.text) == ExitCode::usage);
}

TEST_CASE("refund: what came back is told to the daemon as lines") {
  test::ScriptedDaemon daemon;
  const auto answer = [&](const char* body) { daemon.answers.emplace_back(cli::Answer{200, "application/json", body, {}}); };
  answer(R"({"sales":[{"id":"0011","till":"till-9","receipt_number":"1702","begin":0,"claims":[7]}]})");
  answer(R"({"seq":7,"entry":{"kind":"reduction","activity":"dish.plantbased"}})");
  answer(R"({"reversals":[{"seq":9,"of_seq":7,"taken_back":{"pieces":2}}]})");
  Printed printed;
  const cli::RefundOptions options{.receipt = {"1702"}, .items = {"2 x Oat milk", "Tea x"}, .skus = {"4711"}, .number = "R-1"};
  CHECK(cli::refund(daemon, options, printed.text) == ExitCode::ok);
  const Json sent = Json::parse(daemon.bodies.at(0));
  CHECK(sent["lines"] == Json::parse(R"([{"name":"Oat milk","quantity_milli":2000},{"name":"Tea x","quantity_milli":1000},)"
                                     R"({"sku":"4711","quantity_milli":1000}])"));
  CHECK(sent["receipt_number"] == "R-1");
  CHECK(printed.out.str().find("is taken back in part (2 pieces) by claim 9\n") != std::string::npos);
}

TEST_CASE("today: tells a day's sales, what they spared and where the claims stand") {
  Shop shop;
  shop.desk.refuse(2, "duplicate");
  CHECK(cli::show_day(*shop.client, "2026-11-24", shop.printed.text) == ExitCode::ok);
  CHECK(shop.printed.out.str() ==
        "day             2026-11-24\n"
        "sales           4\n"
        "claims          3: 4.2 g CO2e spared (estimate 5.7 g)\n"
        "                receipt.paperless: 3 claims, 4.2 g\n"
        "delivered       0\n"
        "waiting         2\n"
        "refused         1\n"
        "                1  duplicate\n"
        "not claimed     0\n");
  shop.printed.out.str("");
  CHECK(cli::show_day(*shop.client, "2026-11-24", shop.printed.json) == ExitCode::ok);
  const Json day = shop.printed.document();
  CHECK(day["transactions"] == 4);
  CHECK(day["delivery"]["waiting"] == 2);
  CHECK(day["refusals"][0]["reason"] == "duplicate");
  CHECK(cli::show_day(*shop.client, "2026-11-23", shop.printed.json) == ExitCode::ok);
  CHECK(shop.printed.document()["claims"] == 0);
}

TEST_CASE("retry: says what was asked for") {
  Shop shop;
  CHECK(cli::retry_delivery(*shop.client, shop.printed.text) == ExitCode::ok);
  CHECK(shop.printed.out.str().starts_with("asked: 3 claims waiting, 0 refused for now; the line "));
  CHECK(shop.desk.retries() == 1);
}

TEST_CASE("submit: a file handed in twice spares nothing twice, and says so") {
  Shop shop;
  std::istringstream again(sale("till-9", "1702", kBegin) + sale("till-9", "1705", kBegin + 240));
  CHECK(cli::submit(*shop.client, again, test::quick("day.ndjson"), shop.printed.text) == ExitCode::ok);
  CHECK(shop.printed.out.str() ==
        "day.ndjson:1: Paperless receipt: 1.4 g CO2e spared  (known before)\n"
        "day.ndjson:2: Paperless receipt: 1.4 g CO2e spared\n"
        "2 transactions taken (1 known before), 0 refused\n"
        "new: 1 claim: 1.425 g CO2e spared (estimate 1.900 g), 0 acts not claimed\n"
        "known before: 1 claim, 1.425 g CO2e, not counted again\n");
}

}  // namespace
}  // namespace greentill::shop_test
