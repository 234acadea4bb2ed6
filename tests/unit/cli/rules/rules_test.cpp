// SPDX-License-Identifier: Apache-2.0
// greentill rules test: what rules find in transactions, and why.
#include <doctest/doctest.h>

#include <filesystem>
#include <sstream>

#include "daemon/crypto/hasher.hpp"
#include "tests/unit/cli/temp_folder.hpp"
#include "tools/cli/rules/try_rules.hpp"
#include "tools/cli/rules/unmeasured.hpp"

namespace greentill {
namespace {

using cli::ExitCode;
using cli::Json;

const std::string kRules = R"([[rule]]
id = "own-cup"
activity = "cup.own"
kind = ["sale"]
name_words = ["own cup", "自备杯"]
name_excludes = ["deposit"]
amount_minor = { max = 0 }
quantity = { unit = "pieces", per = "piece" }

[[rule]]
id = "paperless"
activity = "receipt.paperless"
kind = ["sale"]
receipt_medium = ["none", "qr", "app"]
quantity = { unit = "pieces", per = "event" }
)";

std::string sale(const std::string& id, const std::string& more) {
  return R"({"issuer":"till","event_id":")" + id + R"(","kind":"sale","begin":1781503814)" + more + "}\n";
}

const std::string kOwnCup = sale("1", R"(,"lines":[{"name":"拿鐵","amount_minor":350},{"name":"自備杯","amount_minor":-50}])");

struct Tried {
  ExitCode code = ExitCode::ok;
  std::string out;
  std::string err;
  [[nodiscard]] bool says(const std::string& text) const { return out.find(text) != std::string::npos; }
  [[nodiscard]] Json json() const {
    Json parsed = Json::parse(out, nullptr, false);
    REQUIRE_MESSAGE(parsed.is_object(), out);
    return parsed;
  }
};

struct Trial {
  test::TempFolder folder;
  cli::TryRulesOptions options{folder.write("shop.toml", kRules), "sales.ndjson", {}, false};

  Tried run(const std::string& transactions, bool json = false) {
    std::istringstream in(transactions);
    std::ostringstream out;
    std::ostringstream err;
    const ExitCode code = cli::try_rules(options, in, {json, out, err});
    return {code, out.str(), err.str()};
  }
};

TEST_CASE("rules test: an act is shown with its rule, its line and what was met") {
  Trial trial;
  const Tried tried = trial.run(kOwnCup);
  CHECK(tried.code == ExitCode::ok);
  CHECK(tried.out ==
        "sales.ndjson:1: sale 1 of till\n"
        "  cup.own pieces=1 in line 2, \"自備杯\", by rule 'own-cup'\n"
        "    kind: \"sale\"\n"
        "    name_words: \"自备杯\"\n"
        "    amount_minor: -50\n"
        "1 transaction: cup.own 1\n");
}

TEST_CASE("rules test: what steers a terminal is visible") {
  Trial trial;
  const std::string name =
      "own cup \xc2\x9b"
      "2J\xe2\x80\xae";
  const std::string steering = sale("7\xc2\x9b", R"(,"lines":[{"name":")" + name + R"(","amount_minor":-50}])");
  for (const bool json : {false, true}) {
    const Tried tried = trial.run(steering, json);
    CHECK(tried.says("7\\u009b"));
    CHECK(!tried.says("\xc2\x9b"));
    CHECK(!tried.says("\xe2\x80\xae"));
  }
}

TEST_CASE("rules test: --explain tells what each other rule lacked, in the line that came closest") {
  Trial trial;
  trial.options.explain = true;
  const Tried tried =
      trial.run(sale("1", R"(,"receipt_medium":"paper","lines":[{"name":"Bun"},{"name":"Own cup","amount_minor":1290}])") +
                sale("2", R"(,"lines":[{"name":"OWN CUP DEPOSIT"}])") +
                sale("3", R"(,"lines":[{"name":"Bun","quantity_milli":-1000}],"receipt_medium":"qr")") +
                sale("4", R"(,"lines":[{"name":"own cup"},{"name":"own cup","quantity_milli":-1000}])") +
                sale("5", R"(,"lines":[{"name":"own cup","quantity_milli":1500}])") + sale("6", ""));
  CHECK(tried.code == ExitCode::ok);
  CHECK(tried.says(
      "  not cup.own, by rule 'own-cup', closest in line 2, \"Own cup\"\n    amount_minor: \"1290\", wanted \"max 0\"\n"));
  CHECK(tried.says(
      "  not receipt.paperless, by rule 'paperless'\n    receipt_medium: \"paper\", wanted \"app\", \"none\", \"qr\"\n"));
  CHECK(tried.says("    receipt_medium: not told; wanted \"app\", \"none\", \"qr\"\n"));
  CHECK(tried.says("    name_excludes: \"OWN CUP DEPOSIT\" has \"deposit\"\n"));
  CHECK(tried.says("    the transaction gives back more than it sells\n"));
  CHECK(tried.says("    every line that matches was taken back\n"));
  CHECK(tried.says("    no line holds whole pieces\n"));
  CHECK(tried.says("    the transaction has no lines\n"));
}

TEST_CASE("rules test: of a phrase it is shown how the text was read, what says it, and which phrase that is") {
  Trial trial;
  trial.options.rules = trial.folder.write("phrases.toml", R"([words]
not = ["no"]
aside = ["please"]
label = ["note"]
own = ["own"]
vessel = ["cup"]
own_cup = ["{own} {vessel}"]
[[rule]]
id = "line"
activity = "cup.own"
name_says = ["... {own_cup}"]
quantity = { unit = "pieces", per = "piece" }
[[rule]]
id = "field"
activity = "cup.own"
fields_say = ["{own_cup}"]
quantity = { unit = "pieces", per = "event" }
)");
  trial.options.explain = true;
  const std::string sales = sale("1", R"json(,"lines":[{"name":"Latte (large, own cup please)"}])json") +
                            sale("2", R"(,"attributes":{"till":"7","note":"no own cup"},"lines":[{"name":"No own cup?"}])") +
                            sale("3", R"(,"attributes":{"till":"7","note":"own cup"},"lines":[{"name":"Latte"}])");
  const Tried tried = trial.run(sales);
  CHECK(
      tried.says("  cup.own pieces=1 in line 1, \"Latte (large, own cup please)\", by rule 'line'\n"
                 "    name_says: \"own cup please\" as ... {own} {vessel}\n"));
  CHECK(tried.says("    name_says: \"No own cup?\", read as no{not} own{own} cup{vessel} :, wanted \"... {own_cup}\"\n"));
  CHECK(
      tried.says("    fields_say: \"till : 7; note : no own cup\", read as till : 7; note{label} : no{not} own{own} cup{vessel}, "
                 "wanted \"{own_cup}\"\n"));
  CHECK(tried.says("  cup.own pieces=1 in the whole event, by rule 'field'\n    fields_say: \"own cup\" as {own} {vessel}\n"));
  const Json json = trial.run(sales, true).json();
  CHECK(json["transactions"][0]["found"][0]["conditions"][0]["phrase"] == "... {own} {vessel}");
  CHECK(json["transactions"][1]["missed"][0]["failed"][0]["read"] == "no{not} own{own} cup{vessel} :");
}

TEST_CASE("rules test: what is not final is passed over, and a reversal is asked what came back") {
  Trial trial;
  const Tried tried =
      trial.run(sale("1", R"(,"standing":"training","receipt_medium":"qr")") +
                sale("2", R"(,"standing":"reprint","receipt_medium":"qr")") + sale("3", R"(,"reverses":{"event_id":"1"})") +
                sale("4", R"(,"reverses":{"event_id":"1"},"lines":[{"name":"own cup","quantity_milli":-2000}])"));
  CHECK(tried.code == ExitCode::ok);
  CHECK(tried.says("training: nothing is claimed"));
  CHECK(tried.says("a copy: only its original is claimed"));
  CHECK(tried.says("takes back all of '1'"));
  CHECK(tried.says("sale 4 of till, which takes back 1\n  takes back cup.own pieces=2 in line 1"));
  CHECK(tried.says("4 transactions, nothing found; taken back: cup.own 1\n"));
}

TEST_CASE("rules test: a part that comes back takes nothing of the whole sale with it, and counts as no find") {
  Trial trial;
  trial.options.explain = true;
  const std::string part =
      sale("2", R"(,"reverses":{"event_id":"1"},"receipt_medium":"qr","lines":[{"name":"own cup","quantity_milli":-1000},)"
                R"({"name":"own cup","amount_minor":60},{"name":"latte","quantity_milli":-1000,"amount_minor":-410}])");
  const Json json = trial.run(kOwnCup + part, true).json();
  CHECK(json["found"] == Json({{"cup.own", 1}}));
  CHECK(json["taken_back"] == Json({{"cup.own", 2}}));
  CHECK(json["transactions"][0]["reverses"] == false);
  const Json& second = json["transactions"][1];
  CHECK(second["reverses"] == true);
  // The discount comes back with the other sign than the price, and went out below the rule's greatest amount.
  REQUIRE(second["found"].size() == 2);
  CHECK(second["found"][1]["line"] == 2);
  REQUIRE(second["missed"].size() == 1);
  CHECK(second["missed"][0]["rule"] == "paperless");
  CHECK(second["missed"][0]["note"] == "it holds of the whole event, and is not taken back with a part");
  CHECK(trial.run(kOwnCup + part).says("2 transactions: cup.own 1; taken back: cup.own 2\n"));
}

TEST_CASE("rules test: JSON says the same, with what was missed where asked") {
  Trial trial;
  trial.options.explain = true;
  const Json json = trial.run(kOwnCup + sale("2", ""), true).json();
  CHECK(json["count"] == 2);
  CHECK(json["found"] == Json({{"cup.own", 1}}));
  CHECK(json["problems"].empty());
  const Json& found = json["transactions"][0]["found"][0];
  CHECK(found["activity"] == "cup.own");
  CHECK(found["rule"] == "own-cup");
  CHECK(found["line"] == 2);
  CHECK(found["unit"] == "pieces");
  CHECK(found["amount"] == 1);
  CHECK(found["conditions"][1] == Json({{"condition", "name_words"}, {"given", "自備杯"}, {"met", "自备杯"}}));
  CHECK(json["transactions"][0]["missed"][0]["rule"] == "paperless");
  CHECK(json["transactions"][1]["missed"][0]["note"] == "the transaction has no lines");
  trial.options.explain = false;
  CHECK_FALSE(trial.run(kOwnCup, true).json()["transactions"][0].contains("missed"));
}

TEST_CASE("rules test: a mistake in the rules is told with file, line and column") {
  Trial trial;
  trial.options.rules = trial.folder.write("shop.toml", "[[rule]]\nid = \"x\"\nactivity = \"a\"\nkind = [\"swap\"]\n");
  const Tried tried = trial.run(kOwnCup);
  CHECK(tried.code == ExitCode::does_not_hold);
  CHECK_MESSAGE(tried.err.find("shop.toml:4:9: key 'rule[0].kind' 'swap' is not a kind") != std::string::npos, tried.err);
  CHECK(trial.run(kOwnCup, true).json()["error"]["exit_code"] == 1);
}

TEST_CASE("rules test: a transaction that cannot be read is told with its line, and the others are looked at") {
  Trial trial;
  const Tried tried = trial.run("{\n" + kOwnCup + sale("3", R"(,"lins":[])"));
  CHECK(tried.code == ExitCode::does_not_hold);
  CHECK(tried.says("sales.ndjson:3: lins: is not a field of this interface"));
  CHECK(tried.says("cup.own"));
  const Json json = trial.run(sale("3", R"(,"lins":[])"), true).json();
  CHECK(json["problems"] == Json::array({{{"line", 1}, {"detail", "lins: is not a field of this interface"}}}));
}

TEST_CASE("rules test: files that are not there, or empty") {
  Trial trial;
  CHECK(trial.run("").code == ExitCode::bad_file);
  CHECK(trial.run("", true).json()["error"]["exit_code"] == 3);
  trial.options.methodologies = trial.folder / "none";
  CHECK(trial.run(kOwnCup).code == ExitCode::bad_file);
  trial.options.rules = trial.folder / "none.toml";
  CHECK(trial.run(kOwnCup).code == ExitCode::bad_file);
}

TEST_CASE("rules test: warns of what no methodology measures, by activity and by unit") {
  Trial trial;
  trial.options.methodologies = GREENTILL_SOURCE_DIR "/config/methodologies";
  CHECK(trial.run(kOwnCup, true).json()["warnings"].empty());
  trial.options.rules = trial.folder.write("odd.toml", R"([[rule]]
id = "wish"
activity = "cup.flying"
kind = ["sale"]
quantity = { unit = "pieces", per = "event" }
[[rule]]
id = "weighed"
activity = "cup.own"
kind = ["sale"]
quantity = { unit = "furlong", per = "event" }
)");
  const Tried tried = trial.run(kOwnCup);
  CHECK(tried.code == ExitCode::ok);
  CHECK(tried.says("warning: rule 'wish': no methodology measures the activity 'cup.flying': it would not be claimed\n"));
  CHECK(tried.says("warning: rule 'weighed': no methodology for 'cup.own' counts 'furlong': it would not be claimed\n"));
}

TEST_CASE("rules test: what the ready sets find is measured") {
  const test::TempFolder folder;
  const auto library = measure::Library::load(GREENTILL_SOURCE_DIR "/config/methodologies", crypto::Hasher());
  REQUIRE(library);
  int files = 0;
  for (const auto& entry : std::filesystem::directory_iterator(GREENTILL_SOURCE_DIR "/config/rules")) {
    CAPTURE(entry.path());
    const auto warnings = cli::unmeasured(test::read_all(entry.path()), entry.path().string(), *library);
    REQUIRE_MESSAGE(warnings, warnings.error().message);
    CHECK(warnings->empty());
    ++files;
  }
  CHECK(files == 5);
}

}  // namespace
}  // namespace greentill
