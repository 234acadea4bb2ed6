// SPDX-License-Identifier: Apache-2.0
// What phrases find in names, classes and fields.
#include <doctest/doctest.h>

#include <chrono>

#include "plugins/rules/fold.hpp"
#include "tests/unit/plugins/detector_bench.hpp"

namespace greentill::detect::phrase_test {
namespace {

using namespace test;

const std::string kWords = R"([words]
not = ["no", "not", "forgot", "未", "没有", "❌"]
aside = ["please", "the", "thank you", "元"]
label = ["note", "customer", "备注"]
yes = ["yes", "true", "是"]
no_answer = ["no", "false", "否", "❌"]
own = ["own", "customer's", "自带"]
kind = ["reusable", "travel"]
vessel = ["cup", "*becher", "杯"]
own_cup = ["byo cup", "{own} {kind}* {vessel}"]
drink = ["latte", "拿铁"]
)";

std::string rule(const std::string& condition, const std::string& per) {
  return kWords + "[[rule]]\nid = \"cup\"\nactivity = \"cup.own\"\n" + condition + "\nquantity = { unit = \"pieces\", per = \"" +
         per + "\" }\n";
}

event::Transaction sale() {
  event::Transaction transaction;
  transaction.issuer = "till";
  transaction.event_id = "1";
  transaction.begin = transaction.end = 1'760'000'000;
  return transaction;
}

struct Asked {
  DetectorBench bench;

  explicit Asked(const std::string& phrases) : bench(own_plugin("rules"), rule("name_says = [" + phrases + "]", "line")) {}

  bool says(const std::string& name) {
    event::Transaction transaction = sale();
    transaction.lines = {{"", "", name, "", 1000, 0}};
    return !bench.detect(transaction).empty();
  }
};

std::string clauses(std::string_view text) {
  rules::Folder folder(rules::Folder::Chinese::simplified);
  std::string into;
  folder.clauses(folder.folded(text), into);
  return into;
}

TEST_CASE("clauses: signs part them, a question or a colon asks for an answer, numbers and hyphens are whole") {
  CHECK(clauses("Latte (OWN-CUP), 0,4 l") == " latte , own cup , 0,4 l ");
  CHECK(clauses("Own cup? No") == " own cup : no ");
  CHECK(clauses("餐具：❌") == " 餐 具 : ❌ ");
  CHECK(clauses("a - b -5 x-y") == " a , b 5 x y ");
  CHECK(clauses("customer’s 'cup'") == " customer s cup ");
  CHECK(clauses("a ... (?) b!") == " a : b , ");
  CHECK(clauses("少辣，不要餐具。") == " 少 辣 , 不 要 餐 具 , ");
  CHECK(clauses("") == " ");
}

TEST_CASE("phrase: it must be a whole clause, but for asides, numbers and signs") {
  Asked own(R"("{own_cup}")");
  for (const char* name : {"own cup", "OWN CUP please", "2 own cup", "Latte (own cup)", "own cup, thanks", "byo cup",
                           "customer's own cup", "own reusable travel cup", "thank you own cup", "★ own cup",
                           "eigener Becher; own Kaffeebecher", "自带杯 5元", "Note: own cup", "note customer: own cup"}) {
    CAPTURE(name);
    CHECK(own.says(name) == (std::string(name) != "customer's own cup"));
  }
  for (const char* name :
       {"own cup holder", "my own cup", "own cupcake", "own", "cup", "own, cup", "Complaint: own cup", "自带杯套", ""}) {
    CAPTURE(name);
    CHECK_FALSE(own.says(name));
  }
}

TEST_CASE("phrase: what is denied is not said, nor what is asked or answered otherwise") {
  Asked own(R"("... {own_cup}", "{own_cup} : {yes}")");
  for (const char* name : {"latte own cup", "he brought own cup", "own cup: yes", "Own cup? true", "我自带杯", "自带杯：是"}) {
    CAPTURE(name);
    CHECK(own.says(name));
  }
  for (const char* name : {"no own cup", "latte no own cup", "customer forgot the own cup", "own cup?", "own cup: no", "未自带杯",
                           "自带杯：否", "自带杯？", "❌ own cup", "own cup no"}) {
    CAPTURE(name);
    CHECK_FALSE(own.says(name));
  }
}

TEST_CASE("phrase: optional and repeated words, words over clauses, and an answer that denies") {
  Asked drink(R"("... {drink} ... , {own_cup}", "{own_cup} with? {drink}", "{own_cup} : {no_answer}")");
  CHECK(drink.says("Iced Latte (large), own cup") == false);
  CHECK(drink.says("Iced Latte large, own cup"));
  CHECK(drink.says("own cup with latte"));
  CHECK(drink.says("own cup latte"));
  CHECK_FALSE(drink.says("own cup with with latte"));
  CHECK(drink.says("own cup: no"));
  CHECK(drink.says("Own cup ❌") == false);
  CHECK(drink.says("自带杯: ❌"));
  CHECK_FALSE(drink.says("Tea, own cup"));
}

TEST_CASE("phrase: fields are read as a question and its answer, notes as texts") {
  DetectorBench bench(own_plugin("rules"),
                      rule(R"(fields_say = ["{own_cup}", "has? {own_cup} : {yes}", "{vessel} type? : {own}"])", "event"));
  const auto says = [&](const std::string& name, const std::string& value) {
    event::Transaction transaction = sale();
    transaction.attributes = {{"till", "7"}, {name, value}};
    return !bench.detect(transaction).empty();
  };
  CHECK(says("ownCup", "true"));
  CHECK(says("own_cup", "Yes"));
  CHECK(says("has-own-cup", "yes"));
  CHECK(says("cupType", "own"));
  CHECK(says("杯", "自带"));
  CHECK(says("note", "latte please, own cup"));
  CHECK(says("customer note", "own cup"));
  CHECK_FALSE(says("own_cup", "no"));
  CHECK_FALSE(says("own_cup", ""));
  CHECK_FALSE(says("comment", "own cup"));
  CHECK_FALSE(says("", ""));
}

TEST_CASE("phrase: a class is read like a name, and each line by its own") {
  DetectorBench bench(own_plugin("rules"), rule("category_says = [\"{own_cup}\", \"{drink} , {own}\"]", "line"));
  event::Transaction transaction = sale();
  transaction.lines = {{"", "", "a", "Own cup", 1000, 0},    {"", "", "b", "own cup", 1000, 0},
                       {"", "", "c", "Latte, own", 1000, 0}, {"", "", "d", "Latte own", 1000, 0},
                       {"", "", "e", "", 1000, 0},           {"", "", "f", "no own cup", 1000, 0},
                       {"", "", "g", " ", 1000, 0},          {"", "", "h", "latte / own", 1000, 0}};
  CHECK(shown(bench.detect(transaction)) ==
        Shown{"cup.own pieces=1 @1", "cup.own pieces=1 @2", "cup.own pieces=1 @3", "cup.own pieces=1 @8"});
}

TEST_CASE("phrase: of a long text the beginning is read, and the longest is read soon") {
  Asked own(R"("... {own_cup} ...", "{vessel}* {own_cup}")");
  std::string before;
  for (int i = 0; i < 124; ++i) before += "cup ";
  CHECK(own.says(before + "own cup"));
  CHECK_FALSE(own.says(before + "a b own cup"));
  std::string longest;
  while (longest.size() < 4000) longest += "cup own ";
  CHECK(own.says(longest));
}

}  // namespace
}  // namespace greentill::detect::phrase_test
