// SPDX-License-Identifier: Apache-2.0
#include <fstream>
#include <sstream>

#include "tests/unit/plugins/detector_bench.hpp"

namespace greentill::detect {
namespace {

using namespace test;

event::Transaction sale(std::vector<event::Line> lines = {}) {
  event::Transaction transaction;
  transaction.issuer = "till";
  transaction.event_id = "1";
  transaction.begin = transaction.end = 1'760'000'000;
  transaction.lines = std::move(lines);
  for (const event::Line& line : transaction.lines) transaction.total_minor += line.amount_minor;
  return transaction;
}

event::Line article(const std::string& name, std::int64_t quantity_milli = 1000) {
  return {"sku-" + name, "", name, "", quantity_milli, quantity_milli / 4};
}

/// A rule file of one rule with these conditions.
std::string rule(const std::string& conditions, const std::string& per = "piece") {
  return "[[rule]]\nid = \"r\"\nactivity = \"cup.reusable\"\n" + conditions +
         "\nquantity = { unit = \"pieces\", value = 1, per = \"" + per + "\" }\n";
}

Shown found(const std::string& rules, const event::Transaction& transaction) {
  return shown(DetectorBench(own_plugin("rules"), rules).detect(transaction));
}

std::string shipped_rules() {
  std::ifstream in(std::filesystem::path(GREENTILL_SOURCE_DIR) / "config/rules/default.toml");
  std::ostringstream text;
  text << in.rdbuf();
  return text.str();
}

TEST_CASE("rules: an article is found by each of its fields, and by nothing that is only like it") {
  const event::Line cup{"4711", "4006381333931", "Coffee in own cup", "Hot drinks", 1000, 250};
  struct Case {
    std::string condition;
    bool matches;
  };
  const Case cases[] = {
      {R"(sku = ["4711"])", true},
      {R"(sku = ["1", "4711"])", true},
      {R"(sku = ["471"])", false},
      {R"(sku = ["47111"])", false},
      {R"(gtin = ["4006381333931"])", true},
      {R"(gtin = ["04006381333931"])", false},
      {R"(category = ["hot DRINKS"])", true},
      {R"(category = ["drinks"])", false},
      {R"(name_contains = ["OWN CUP"])", true},
      {R"(name_contains = ["tumbler", "own cup"])", true},
      {R"(name_contains = ["own  CUP"])", true},
      {R"(name_contains = ["offee in"])", true},
      {R"(name_contains = ["owncup"])", false},
      {R"(name_words = ["own cup"])", true},
      {R"(name_words = ["cup own"])", false},
      {R"(name_words = ["own cu"])", false},
      {R"(name_words = ["tumbler", "in own"])", true},
      {R"(name_is = ["COFFEE IN OWN CUP"])", true},
      {R"(name_is = ["own cup"])", false},
      {"name_words = [\"own cup\"]\nname_excludes = [\"cupcake\"]", true},
      {"name_words = [\"own cup\"]\nname_excludes = [\"coff\", \"fee\"]", true},
      {"name_words = [\"own cup\"]\nname_excludes = [\"COFFEE\"]", false},
      {R"(category = ["hot-drinks!"])", true},
      {R"(category = ["hot drinks cold"])", false},
      {"sku = [\"4711\"]\namount_minor = { min = 250, max = 250 }", true},
      {"sku = [\"4711\"]\namount_minor = { max = 249 }", false},
      {"sku = [\"4711\"]\nquantity_milli = { min = 1001 }", false},
      {"sku = [\"4711\"]\nquantity_milli = { max = 1000 }", true},
      {"sku = [\"4711\"]\ncategory = [\"Hot drinks\"]", true},
      {"sku = [\"4711\"]\ncategory = [\"Cold drinks\"]", false},
  };
  for (const Case& one : cases) {
    CAPTURE(one.condition);
    CHECK(found(rule(one.condition), sale({cup})) == (one.matches ? Shown{"cup.reusable pieces=1 @1"} : Shown{}));
  }
}

TEST_CASE("rules: names and categories are compared as people read them; SKU and GTIN to the letter") {
  const event::Line line{"ab-1", "", "GRÜNER TEE IM MEHRWEGBECHER", "GETRÄNKE", 1000, 0};
  CHECK(found(rule(R"(name_contains = ["mehrwegBecher"])"), sale({line})).size() == 1);
  CHECK(found(rule(R"(name_contains = ["grüner tee"])"), sale({line})).size() == 1);
  CHECK(found(rule(R"(category = ["getränke"])"), sale({line})).size() == 1);
  CHECK(found(rule(R"(name_words = ["GRUNER"])"), sale({line})).size() == 1);
  CHECK(found(rule(R"(sku = ["AB-1"])"), sale({line})).empty());
  const event::Line chinese{"", "", "拿鐵（自備杯）", "飲品", 1000, 0};
  CHECK(found(rule(R"(name_words = ["自备杯"])"), sale({chinese})).size() == 1);
  CHECK(found(rule(R"(category = ["饮品"])"), sale({chinese})).size() == 1);
  const event::Line wide{"", "", "ＬＡＴＴＥ　ＯＷＮ　ＣＵＰ", "", 1000, 0};
  CHECK(found(rule(R"(name_words = ["own cup"])"), sale({wide})).size() == 1);
}

TEST_CASE("rules: a word is not a part of another, so that what only sounds green is not") {
  const std::string green = rule(R"(name_words = ["eco", "reuse", "own cup", "bulk"])");
  for (const char* name : {"ALTER ECOLOGIC", "REUSED BOOK", "OWN CUPCAKE", "BULKY CARROT", "ECO2 REFILL", "BROWN CUP"}) {
    CAPTURE(name);
    CHECK(found(green, sale({article(name)})).empty());
  }
  for (const char* name : {"REUSE DONATION .....", "own-cup", "(ECO)", "Eco"}) {
    CAPTURE(name);
    CHECK(found(green, sale({article(name)})).size() == 1);
  }
}

TEST_CASE("rules: the event is chosen by kind, tender, medium and attributes, all of which must hold") {
  event::Transaction transaction = sale();
  transaction.tender = "card";
  transaction.receipt_medium = "qr";
  transaction.attributes = {{"mode", "live"}, {"site", "north"}};
  struct Case {
    std::string condition;
    bool matches;
  };
  const Case cases[] = {
      {R"(kind = ["sale"])", true},
      {R"(kind = ["ticket", "bill"])", false},
      {R"(tender = ["app", "card"])", true},
      {R"(tender = ["Card"])", true},
      {R"(tender = ["car"])", false},
      {R"(attributes = { "ＭＯＤＥ" = ["Live"] })", true},
      {"kind = [\"sale\"]\ntotal_minor = { min = 0 }", true},
      {"kind = [\"sale\"]\ntotal_minor = { min = 1 }", false},
      {R"(receipt_medium = ["none", "qr"])", true},
      {R"(receipt_medium = ["paper"])", false},
      {R"(attributes = { mode = ["live"] })", true},
      {R"(attributes = { mode = ["training"] })", false},
      {R"(attributes = { till = ["1"] })", false},
      {R"(attributes = { mode = ["live"], site = ["south", "north"] })", true},
      {R"(attributes = { mode = ["live"], site = ["south"] })", false},
      {"kind = [\"sale\"]\ntender = [\"card\"]\nreceipt_medium = [\"qr\"]\nattributes = { mode = [\"live\"] }", true},
      {"kind = [\"sale\"]\ntender = [\"cash\"]\nreceipt_medium = [\"qr\"]", false},
  };
  for (const Case& one : cases) {
    CAPTURE(one.condition);
    CHECK(found(rule(one.condition, "event"), transaction) == (one.matches ? Shown{"cup.reusable pieces=1"} : Shown{}));
  }
}

TEST_CASE("rules: what an unknown medium, tender or attribute is, nobody guesses") {
  CHECK(found(rule(R"(receipt_medium = ["none"])", "event"), sale()).empty());
  CHECK(found(rule(R"(tender = ["cash"])", "event"), sale()).empty());
}

TEST_CASE("rules: every line that matches counts, by line or by whole pieces") {
  const event::Transaction three = sale({article("cup", 3000), article("bun"), article("cup", 2000)});
  const std::string cup = R"(name_contains = ["cup"])";
  CHECK(found(rule(cup), three) == Shown{"cup.reusable pieces=3 @1", "cup.reusable pieces=2 @3"});
  CHECK(found(rule(cup, "line"), three) == Shown{"cup.reusable pieces=1 @1", "cup.reusable pieces=1 @3"});
  // Of weighed goods nobody knows the pieces; a line is a line.
  const event::Transaction weighed = sale({article("cup", 1500), article("cup", 300), article("cup", 0)});
  CHECK(found(rule(cup), weighed).empty());
  CHECK(found(rule(cup, "line"), weighed) == Shown{"cup.reusable pieces=1 @1"});
}

TEST_CASE("rules: weighed goods count by the kilogram, rounded down") {
  const std::string rules =
      "[[rule]]\nid = \"r\"\nactivity = \"a\"\nsku = [\"sku-x\"]\nquantity = { unit = \"g\", value = 1000, per = \"kilogram\" "
      "}\n";
  CHECK(found(rules, sale({article("x", 420)})) == Shown{"a g=420 @1"});
  CHECK(found(rules, sale({article("x", 1500), article("x", -80)})) == Shown{"a g=1420 @1"});
  CHECK(found(rules, sale({article("x", 0)})).empty());
  CHECK(found(rules, sale({article("x", INT64_MAX)})) == Shown{"a g=9223372036854775807 @1"});
  const auto in = [](const char* unit) {
    event::Line line = article("x", 2000);
    line.unit = unit;
    return sale({line});
  };
  CHECK(found(rules, in("kg")) == Shown{"a g=2000 @1"});
  CHECK(found(rules, in("pieces")).empty());
  CHECK(found(rules, in("l")).empty());
  const std::string cup = R"(sku = ["sku-x"])";
  CHECK(found(rule(cup), in("pieces")) == Shown{"cup.reusable pieces=2 @1"});
  CHECK(found(rule(cup), in("kg")).empty());
}

TEST_CASE("rules: what the transaction reports itself counts in its own unit, and nothing where it does not") {
  const std::string rules =
      "[[rule]]\nid = \"r\"\nactivity = \"a\"\nkind = [\"takeback\"]\nquantity = { unit = \"g\", per = \"reported\" }\n";
  event::Transaction back = sale();
  back.kind = event::TransactionKind::takeback;
  CHECK(found(rules, back).empty());
  back.quantities = {{"pieces", 12}, {"g", 350}};
  CHECK(found(rules, back) == Shown{"a g=350"});
  back.quantities = {{"g", 0}};
  CHECK(found(rules, back).empty());
  // The customer is paid for what he brings.
  back.quantities = {{"g", 350}};
  back.total_minor = -300;
  CHECK(found(rules, back) == Shown{"a g=350"});
}

TEST_CASE("rules: lines can stand for the whole event, once however many there are") {
  const std::string rules = rule(R"(name_words = ["no cutlery"])", "event");
  CHECK(found(rules, sale({article("rice"), article("NO CUTLERY"), article("no cutlery")})) == Shown{"cup.reusable pieces=1"});
  CHECK(found(rules, sale({article("NO CUTLERY"), article("NO CUTLERY", -1000)})).empty());
  CHECK(found(rules, sale({article("rice")})).empty());
}

TEST_CASE("rules: an act is found once, by the first of the rules that see it") {
  const std::string both = rule(R"(name_words = ["no cutlery"])", "event") +
                           "[[rule]]\nid = \"s\"\nactivity = \"cup.reusable\"\nattributes = { cutlery = [\"none\"] }\n"
                           "quantity = { unit = \"g\", value = 9, per = \"event\" }\n";
  event::Transaction order = sale({article("NO CUTLERY")});
  order.attributes = {{"Cutlery", "NONE"}};
  CHECK(found(both, order) == Shown{"cup.reusable pieces=1"});
  order.lines.clear();
  CHECK(found(both, order) == Shown{"cup.reusable g=9"});
}

TEST_CASE("rules: what a line cost and how many it holds is asked of what goes out, not of what comes back") {
  const std::string free_bag = rule("name_words = [\"bag\"]\namount_minor = { min = 0, max = 0 }");
  event::Line bag{"", "", "BAG", "", 2000, 0};
  CHECK(found(free_bag, sale({bag})) == Shown{"cup.reusable pieces=2 @1"});
  bag.amount_minor = 10;
  CHECK(found(free_bag, sale({bag})).empty());
  CHECK(found(free_bag, sale({{"", "", "BAG", "", 2000, 0}, {"", "", "BAG", "", -1000, -5}})) ==
        Shown{"cup.reusable pieces=1 @1"});
  const std::string three = rule("name_words = [\"bag\"]\nquantity_milli = { min = 3000 }");
  CHECK(found(three, sale({article("bag", 3000), article("bag", -1000)})) == Shown{"cup.reusable pieces=2 @1"});
}

TEST_CASE("rules: many lines, and a short receipt after a long one") {
  DetectorBench bench(own_plugin("rules"), rule(R"(name_words = ["own cup"])"));
  std::vector<event::Line> lines(2000, article("latte"));
  lines[1999] = article("own cup");
  CHECK(shown(bench.detect(sale(lines))) == Shown{"cup.reusable pieces=1 @2000"});
  CHECK(shown(bench.detect(sale({article("own cup"), article("tea")}))) == Shown{"cup.reusable pieces=1 @1"});
  CHECK(bench.detect(sale({article("tea")})).empty());
}

TEST_CASE("rules: a quantity's value multiplies the pieces, and what does not fit 64 bits is nothing") {
  const std::string rules =
      "[[rule]]\nid = \"r\"\nactivity = \"a\"\nsku = [\"sku-x\"]\nquantity = { unit = \"g\", value = 1000000000, per = \"piece\" "
      "}\n";
  CHECK(found(rules, sale({article("x", 7000)})) == Shown{"a g=7000000000 @1"});
  CHECK(found(rules, sale({article("x", 9'223'372'036'000)})) == Shown{"a g=9223372036000000000 @1"});
  CHECK(found(rules, sale({article("x", 9'223'372'037'000)})).empty());
}

TEST_CASE("rules: what is taken back in the same sale was not bought") {
  const std::string cup = R"(name_contains = ["cup"])";
  CHECK(found(rule(cup), sale({article("cup", -1000)})).empty());
  CHECK(found(rule(cup, "line"), sale({article("cup", -1000)})).empty());
  // A till voids a line with one more line.
  CHECK(found(rule(cup), sale({article("cup"), article("cup", -1000)})).empty());
  CHECK(found(rule(cup, "line"), sale({article("cup"), article("bun"), article("cup", -1000)})).empty());
  CHECK(found(rule(cup), sale({article("cup", 3000), article("cup", -1000)})) == Shown{"cup.reusable pieces=2 @1"});
  CHECK(found(rule(cup, "line"), sale({article("cup", 3000), article("cup", -1000)})) == Shown{"cup.reusable pieces=1 @1"});
  // The line before it, not the first one; and if it comes first, the one behind it.
  CHECK(found(rule(cup), sale({article("cup"), article("cup", 2000), article("cup", -2000)})) ==
        Shown{"cup.reusable pieces=1 @1"});
  CHECK(found(rule(cup), sale({article("cup", -1000), article("cup", 2000)})) == Shown{"cup.reusable pieces=1 @2"});
  CHECK(found(rule(cup), sale({article("cup", 2000), article("cup", INT64_MIN)})).empty());
  // Another article's return is another matter.
  CHECK(found(rule(cup), sale({article("cup"), article("bun", -1000)})) == Shown{"cup.reusable pieces=1 @1"});
}

TEST_CASE("rules: a refund is no sale, so nothing of the whole event is claimed for it") {
  const std::string rules = shipped_rules();
  event::Transaction transaction = sale({article("bun", 2000)});
  transaction.receipt_medium = "qr";
  CHECK(found(rules, transaction) == Shown{"receipt.paperless pieces=1"});
  event::Transaction refund = sale({article("bun", -2000)});
  refund.receipt_medium = "qr";
  CHECK(found(rules, refund).empty());
  event::Transaction without_lines = sale();
  without_lines.receipt_medium = "qr";
  CHECK(found(rules, without_lines).size() == 1);
  without_lines.total_minor = -1;
  CHECK(found(rules, without_lines).empty());
  event::Transaction voided = sale({article("bun"), article("bun", -1000)});
  voided.receipt_medium = "qr";
  CHECK(found(rules, voided).empty());
  event::Transaction exchange = sale({article("bun", -1000), article("cake", 2000)});
  exchange.receipt_medium = "qr";
  CHECK(found(rules, exchange).size() == 1);
}

TEST_CASE("rules: a training sale makes nothing once the rule asks for the till's own mark") {
  const std::string rules = rule("kind = [\"sale\"]\nattributes = { training = [\"no\"] }", "event");
  event::Transaction transaction = sale();
  CHECK(found(rules, transaction).empty());
  transaction.attributes = {{"training", "yes"}};
  CHECK(found(rules, transaction).empty());
  transaction.attributes = {{"training", "no"}};
  CHECK(found(rules, transaction).size() == 1);
}

TEST_CASE("rules: those that ship claim paper that was not printed, and nothing where nobody knows") {
  const std::string rules = shipped_rules();
  const auto with = [&](event::TransactionKind kind, const std::string& medium) {
    event::Transaction transaction = sale();
    transaction.kind = kind;
    transaction.receipt_medium = medium;
    return found(rules, transaction);
  };
  for (const char* medium : {"none", "qr", "app"}) {
    CHECK(with(event::TransactionKind::ticket, medium) == Shown{"ticket.paperless pieces=1"});
    CHECK(with(event::TransactionKind::sale, medium) == Shown{"receipt.paperless pieces=1"});
  }
  for (const char* medium : {"", "paper", "email", "QR", "fax"}) {
    CAPTURE(medium);
    CHECK(with(event::TransactionKind::ticket, medium).empty());
    CHECK(with(event::TransactionKind::sale, medium).empty());
  }
  for (const auto kind : {event::TransactionKind::trip, event::TransactionKind::bill, event::TransactionKind::charge})
    CHECK(with(kind, "none").empty());
}

TEST_CASE("rules: several rules may find several acts in one line, in the file's order") {
  const std::string rules = rule(R"(name_contains = ["cup"])") +
                            "[[rule]]\nid = \"s\"\nactivity = \"drink.plant\"\nname_contains = [\"oat\"]\n"
                            "quantity = { unit = \"g\", value = 250, per = \"piece\" }\n";
  CHECK(found(rules, sale({article("oat latte, own cup", 2000)})) == Shown{"cup.reusable pieces=2 @1", "drink.plant g=500 @1"});
}

TEST_CASE("rules: a file without rules finds nothing") { CHECK(found("", sale()).empty()); }

}  // namespace
}  // namespace greentill::detect
