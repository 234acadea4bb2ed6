// SPDX-License-Identifier: Apache-2.0
// The commands of accounts and trees, from a ride to a tree that its planter was paid for.
#include <doctest/doctest.h>

#include <sstream>

#include "daemon/base/file.hpp"
#include "daemon/base/hex.hpp"
#include "daemon/base/local_time.hpp"
#include "tests/unit/credit-service/people.hpp"
#include "tools/credit-service/cli/holdings.hpp"

namespace greentill::test::holdings_commands_test {
namespace {

using namespace credit;
using Fields = std::map<std::string, std::string>;
using Command = Status (*)(const std::filesystem::path&, const Given&, const Output&);

struct Said {
  std::string error;
  Json json;
};

struct Town {
  Town() {
    write("programme.toml", kPlainProgramme);
    write("credit.toml",
          (office.url().empty() ? std::string("database = \"ledger.db\"")
                                : "database = \"" + office.url() + "\"\njournal = \"ledger.db\"") +
              "\nmethodologies = \"none\"\nprogramme = \"programme.toml\"\n[trees]\nprogramme = "
              "\"town\"\n[broker]\n"
              "server = \"mqtts://localhost:1\"\nshare_group = \"none\"\nauthorities = \"none\"\ncertificate = \"none\"\nkey = "
              "\"none\"\n");
  }
  void write(const std::string& name, const std::string& text) const { ok(write_file_durably(office.folder / name, text, 0644)); }
  Said run(Command command, const std::string& name, Fields fields, const std::vector<std::string>& parts = {},
           bool flag = false) const {
    Given given;
    given.command = name;
    given.fields = std::move(fields);
    given.parts = parts;
    given.confirm = flag;
    std::ostringstream json;
    const Status done = command(office.folder / "credit.toml", given, Output{true, json});
    if (!done) return {done.error().message, {}};
    std::ostringstream text;
    return {"", Json::parse(json.str())};
  }
  std::string csv(Command command, const std::string& name) const {
    Given given;
    given.command = name;
    given.to_csv = true;
    std::ostringstream text;
    ok(command(office.folder / "credit.toml", given, Output{false, text}));
    return text.str();
  }
  RidersOffice office;
};

void offer(const Town& town) {
  CHECK(town.run(change_catalogue, "planter add", {{"id", "plants"}, {"name", "Desert Planters"}}).error == "");
  CHECK(town.run(change_catalogue, "inspector add", {{"id", "looks"}, {"name", "Looks Ltd"}}).error == "");
  CHECK(town.run(change_catalogue, "site add",
                 {{"id", "alxa1"},
                  {"planter", "plants"},
                  {"name", "Alxa"},
                  {"region", "Alxa"},
                  {"at", "38.81042,105.7289"},
                  {"room", "10"}})
            .json["latitude"] == 38.81042);
  CHECK(town.run(change_catalogue, "species add",
                 {{"id", "saxaul"},
                  {"scientific", "Haloxylon ammodendron"},
                  {"name", "saxaul"},
                  {"price", "1.5"},
                  {"region", "Alxa"},
                  {"cost", "2.50"},
                  {"currency", "CNY"},
                  {"months", "3-5"}})
            .json["price_mg"] == 1'500);
}

}  // namespace

TEST_CASE("holdings commands: from a ride to a tree that its planter was paid for") {
  Town town;
  offer(town);
  const Said opened = town.run(change_account, "account open", {{"name", "Anna"}, {"card", town.office.folder / "card.html"}});
  REQUIRE(opened.error == "");
  const std::string id = opened.json["account"], token = opened.json["token"];
  CHECK(got(read_file(town.office.folder / "card.html")).find("<svg") != std::string::npos);
  const std::int64_t earned = town.office.ride(token, 50);
  const Bytes<16> secret{3};
  const std::int64_t printed = town.office.bearer_ride(secret, 10);
  CHECK(town.run(change_account, "account redeem", {{"id", id}, {"secret", to_hex(secret)}}).json["mg"] == printed);
  // The commands go by the machine's clock.
  spoil(town.office, "UPDATE legs SET spendable_at = 0");
  const Said shown = town.run(show_account, "account show", {{"id", id}});
  CHECK(shown.json["name"] == "Anna");
  CHECK(shown.json["credit"]["spendable_mg"] == earned + printed);

  const Said order = town.run(change_order, "tree order", {{"species", "saxaul"}, {"year", "2026"}}, {id}, true);
  REQUIRE(order.error == "");
  CHECK(order.json["state"] == "confirmed");
  const std::string number = order.json["trees"][0]["number"];
  CHECK(number == "town/saxaul/alxa1/2026/1");
  town.write("photo.jpg", "a picture");
  const auto now = SystemClock().unix_seconds();
  const Said planted = town.run(say_of_tree, "tree planted",
                                {{"number", number},
                                 {"by", "plants"},
                                 {"photo", town.office.folder / "photo.jpg"},
                                 {"taken", local_rfc3339(now)},
                                 {"at", "38.8105,105.7288"}});
  CHECK(planted.error == "");
  CHECK(town.run(say_of_tree, "tree approve", {{"number", number}, {"by", "looks"}}).json["state"] == "standing");
  const Said tree = town.run(show_tree, "tree show", {{"number", number}});
  CHECK(tree.json["events"].size() == 2);
  CHECK(tree.json["credit"][0]["account"] == id);
  CHECK(town.csv(list_payments, "tree payments").find(number + ",plants,2.50,CNY,") != std::string::npos);
  town.write("paid.csv", "tree,reference\r\n" + number + ",SEPA-1\r\n");
  CHECK(town.run(pay_trees, "tree paid", {{"file", town.office.folder / "paid.csv"}}).json["paid"] == 1);
  CHECK(town.run(list_payments, "tree payments", {}).json["payments"][0]["reference"] == "SEPA-1");
  CHECK(town.run(list_trees, "tree list", {{"state", "standing"}}).json["trees"].size() == 1);
  CHECK(town.run(list_orders, "tree orders", {}).json["orders"][0]["accounts"][0]["mg"] == 1'500);
  // What is overdue ends also where the command that finds it so is refused.
  REQUIRE(town.run(change_order, "tree order", {{"species", "saxaul"}, {"year", "2026"}}, {id}).error == "");
  spoil(town.office, "UPDATE tree_orders SET until = 1 WHERE no = 2");
  CHECK(town.run(change_order, "tree agree", {{"order", "2"}, {"account", id}}).error ==
        "order 2 is expired; its credit went back");
  CHECK(town.run(list_orders, "tree orders", {}).json["orders"][1]["state"] == "expired");
  CHECK(town.office.desk.wrong() == "");
}

TEST_CASE("holdings commands: what is noted names no token and no code, and what is refused leaves nothing") {
  Town town;
  offer(town);
  const Said opened = town.run(change_account, "account open", {{"name", "Anna"}});
  const std::string id = opened.json["account"], token = opened.json["token"];
  const Said team = town.run(change_account, "account open", {{"kind", "team"}});
  const std::string code = town.run(change_account, "account invite", {{"id", team.json["account"]}}).json["code"];
  CHECK(town.run(change_account, "account join", {{"id", id}, {"code", code}}).json["group"] == team.json["account"]);
  CHECK(town.run(change_account, "account erase", {{"id", id}, {"why", "asked for it"}}).json["state"] == "erased");
  const std::string trail = got(read_file(town.office.database().string() + ".registry"));
  CHECK(trail.find(id) != std::string::npos);
  for (const std::string& word : {token, code, std::string("Anna")}) CHECK(trail.find(word) == std::string::npos);

  CHECK(town.run(change_account, "account open", {{"kind", "crowd"}}).error == "--kind: person, family, team or merchant");
  CHECK(town.run(change_account, "account close", {{"id", id}, {"why", ""}}).error != "");
  CHECK(town.run(change_order, "tree order", {{"species", "saxaul"}}, {id + "=0"}).error.find("is no number of grams above 0") !=
        std::string::npos);
  CHECK(town.run(change_order, "tree order", {{"species", "saxaul"}}, {id}).error.find("is erased") != std::string::npos);
  CHECK(town.run(change_order, "tree agree", {{"order", "x"}, {"account", id}}).error.find("ORDER: a number") == 0);
  CHECK(town.run(change_catalogue, "site add",
                 {{"id", "b"}, {"planter", "plants"}, {"name", "b"}, {"region", "b"}, {"at", "91,0"}, {"room", "1"}})
            .error.find("--at: \"91,0\" is no latitude and longitude") == 0);
  town.write("paid.csv", "tree,reference\r\ngt/x/y/2026/1,r\r\n");
  CHECK(town.run(pay_trees, "tree paid", {{"file", town.office.folder / "paid.csv"}}).error.find("row 2: there is no tree") !=
        std::string::npos);
  CHECK(town.run(list_orders, "tree orders", {}).json["orders"].empty());
  CHECK(town.office.desk.wrong() == "");
}

}  // namespace greentill::test::holdings_commands_test
