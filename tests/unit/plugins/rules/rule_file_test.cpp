// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/plugins/detector_bench.hpp"

namespace greentill::detect {
namespace {

using namespace test;

struct BadFile {
  std::string text;
  std::string message;
};

/// Line 1 opens the rule, line 2 is its id, line 3 its activity, line 4 its quantity, and what is wrong begins in line 5.
std::string with(const std::string& rest) {
  return "[[rule]]\nid = \"cup\"\nactivity = \"a\"\nquantity = { unit = \"pieces\", value = 1, per = \"event\" }\n" + rest;
}

std::string error(const std::string& text) { return DetectorBench(own_plugin("rules"), text).error(); }

TEST_CASE("rule file: a mistake is named with its line, its column and its key") {
  const BadFile cases[] = {
      {"kind = [\"sale\", \"refund\"]\n",
       "rules:5:17: key 'rule[0].kind' 'refund' is not a kind; it must be one of sale, trip, ticket, bill, charge, takeback, "
       "stay"},
      {"receipt_medium = [\n  \"none\",\n  \"fax\"\n]\n",
       "rules:7:3: key 'rule[0].receipt_medium' 'fax' is not a medium; it must be one of paper, none, qr, email, app, einvoice"},
      {"kind = \"sale\"\n", "rules:5:8: key 'rule[0].kind' must be a list of texts"},
      {"kind = [1]\n", "rules:5:9: key 'rule[0].kind' must be a list of texts"},
      {"tender = []\n", "rules:5:10: key 'rule[0].tender' must hold one text at least"},
      {"tenders = [\"cash\"]\n", "rules:5:11: key 'rule[0].tenders' is not known here; did you mean 'tender'?"},
      {"name_contains = [\"cup\", \"\"]\n", "rules:5:25: key 'rule[0].name_contains' must not be an empty text"},
      {"name_contains = [\" \u3000\"]\n", "rules:5:18: key 'rule[0].name_contains' holds nothing but blanks"},
      {"name_words = [\"own cup\", \"♻\"]\n", "rules:5:26: key 'rule[0].name_words' holds neither letter nor digit"},
      {"total_minor = {}\n", "rules:5:15: key 'rule[0].total_minor' must have min, max or both"},
      {"total_minor = { min = 2, max = 1 }\n", "rules:5:32: key 'rule[0].total_minor.max' is less than min"},
      {"total_minor = { min = 0.5 }\n",
       "rules:5:23: key 'rule[0].total_minor.min' must be a whole number from -9223372036854775808 to 9223372036854775807"},
      {"total_minor = { least = 1 }\n", "rules:5:15: key 'rule[0].total_minor' must have min, max or both"},
      {"attributes = { a = [] }\n", "rules:5:20: key 'rule[0].attributes.a' must hold one text at least"},
      {"", "rules:2:6: key 'rule[0].id' belongs to a rule without any condition, which would match every transaction"},
  };
  for (const BadFile& one : cases) {
    CAPTURE(one.text);
    CHECK(error(with(one.text)) == "detector 'rules': " + one.message);
  }
}

TEST_CASE("rule file: what a rule needs, and what its quantity may say") {
  const std::string head = "[[rule]]\nid = \"cup\"\nactivity = \"a\"\nkind = [\"sale\"]\n";
  const BadFile cases[] = {
      {"", "rules:1:1: key 'rule[0].quantity' is missing"},
      {"quantity = 1\n", "rules:5:12: key 'rule[0].quantity' must be a table"},
      {"quantity = { value = 1, per = \"event\" }\n", "rules:5:12: key 'rule[0].quantity.unit' is missing"},
      {"quantity = { unit = \"\", value = 1, per = \"event\" }\n",
       "rules:5:21: key 'rule[0].quantity.unit' must be 1 to 32 bytes"},
      {"quantity = { unit = \"g\", value = 0, per = \"event\" }\n",
       "rules:5:34: key 'rule[0].quantity.value' must be a whole number from 1 to 1000000000"},
      {"quantity = { unit = \"g\", value = 1.5, per = \"event\" }\n",
       "rules:5:34: key 'rule[0].quantity.value' must be a whole number from 1 to 1000000000"},
      {"quantity = { unit = \"g\", value = 1, per = \"cup\" }\n",
       "rules:5:43: key 'rule[0].quantity.per' must be \"event\", \"line\", \"piece\", \"kilogram\" or \"reported\""},
      {"quantity = { unit = \"g\", value = 1, per = \"piece\" }\n",
       "rules:5:43: key 'rule[0].quantity.per' must be event or reported in a rule that does not look at lines"},
      {"quantity = { unit = \"g\", value = 1, per = \"event\", of = 2 }\n",
       "rules:5:57: key 'rule[0].quantity.of' is not known here"},
  };
  for (const BadFile& one : cases) {
    CAPTURE(one.text);
    CHECK(error(head + one.text) == "detector 'rules': " + one.message);
  }
}

TEST_CASE("rule file: what counts articles must say which, and how lines are counted") {
  const auto line_rule = [](const std::string& conditions, const std::string& per) {
    return error("[[rule]]\nid = \"cup\"\nactivity = \"a\"\nquantity = { unit = \"pieces\", per = \"" + per + "\" }\n" +
                 conditions);
  };
  for (const std::string condition : {"name_excludes = [\"x\"]", "amount_minor = { max = 0 }", "quantity_milli = { min = 1 }"}) {
    CAPTURE(condition);
    CHECK(line_rule(condition, "line")
              .find("needs sku, gtin, category, name_is, name_contains, name_words, name_says or category_says beside it") !=
          std::string::npos);
    CHECK(line_rule(condition + "\nsku = [\"1\"]", "line").empty());
  }
  for (const std::string per : {"event", "line", "piece", "kilogram"}) CHECK(line_rule("sku = [\"1\"]", per).empty());
  CHECK(line_rule("sku = [\"1\"]", "reported") ==
        "detector 'rules': rules:4:37: key 'rule[0].quantity.per' must be event, line, piece or kilogram in a rule that looks at "
        "lines");
}

TEST_CASE("rule file: a mistake in the words or in a phrase is named where it stands") {
  const auto phrase = [](const std::string& words, const std::string& text) {
    return error("[words]\n" + words + "\n" + with("name_says = [\"" + text + "\"]\nname_is = [\"x\"]\n"));
  };
  const auto file = [](const std::string& message) { return "detector 'rules': rules:" + message; };
  CHECK(phrase("own = [\"own\"]", "{own} ♻") == file("7:14: key 'rule[0].name_says' holds a sign; name it in [words]"));
  const std::string own = "own = [\"own\", \"自带\"]";
  CHECK(phrase(own, "{own} cup").empty());
  CHECK(phrase(own, "{owner} cup") == file("7:14: key 'rule[0].name_says' names 'owner', which [words] does not have"));
  CHECK(phrase(own, "{own cup") == file("7:14: key 'rule[0].name_says' names a concept as {name}, {name}? or {name}*"));
  CHECK(phrase(own, "... {own}?") == file("7:14: key 'rule[0].name_says' asks for no word, and would be said by any text"));
  CHECK(phrase(own, "own, cup") == file("7:14: key 'rule[0].name_says' holds a sign that parts clauses"));
  CHECK(phrase("own = []", "own") == file("2:7: key 'words.own' must hold one text at least"));
  CHECK(phrase("own = [\"a, b\"]", "own") == file("2:8: key 'words.own' holds a sign that parts clauses"));
  CHECK(phrase("a = [\"{b}\"]\nb = [\"{a}\"]", "{a}") ==
        file("8:14: key 'rule[0].name_says' is made of words that are made of themselves"));
  CHECK(phrase("a = [\"x\", \"{b} y\"]\nb = [\"z\"]", "{a}*") ==
        file("8:14: key 'rule[0].name_says' repeats 'a', which is made of other words"));
}

TEST_CASE("rule file: the document as a whole") {
  const std::string good = with("kind = [\"sale\"]\n");
  CHECK(error(good).empty());
  CHECK(error(good + good) == "detector 'rules': rules:7:6: key 'rule[1].id' 'cup' is the id of an earlier rule");
  CHECK(DetectorBench(own_plugin("rules"), "rules = 1\n", "/etc/greentill/rules/cafe.toml").error() ==
        "detector 'rules' with /etc/greentill/rules/cafe.toml: rules:1:9: key 'rules' is not known here; did you mean 'rule'?");
  CHECK(error("[rule]\nid = \"x\"\n") == "detector 'rules': rules:1:1: key 'rule' must be a list of tables");
  CHECK(error("rules = 1\n") == "detector 'rules': rules:1:9: key 'rules' is not known here; did you mean 'rule'?");
  CHECK(error("[[rule]]\nid = \"x\nactivity\n").find("detector 'rules': rules:2:") == 0);
  CHECK(error("[[rule]]\nid = \"cup\"\nactivity = \"" + std::string(33, 'a') + "\"\n") ==
        "detector 'rules': rules:3:12: key 'rule[0].activity' must be 1 to 32 bytes");
}

}  // namespace
}  // namespace greentill::detect
