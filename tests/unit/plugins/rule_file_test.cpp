// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/plugins/detector_bench.hpp"

namespace greentill::detect {
namespace {

using namespace test;

struct Case {
  std::string text;
  std::string message;
};

/// Line 1 opens the rule, line 2 is its id, line 3 its activity, line 4 its quantity, and what is wrong begins in line 5.
std::string with(const std::string& rest) {
  return "[[rule]]\nid = \"cup\"\nactivity = \"a\"\nquantity = { unit = \"pieces\", value = 1, per = \"event\" }\n" + rest;
}

std::string error(const std::string& text) { return DetectorBench(own_plugin("rules"), text).error(); }

TEST_CASE("rule file: a mistake is named with its line, its column and its key") {
  const Case cases[] = {
      {"kind = [\"sale\", \"refund\"]\n", "rules:5:8: key 'kind' 'refund' is not a kind"},
      {"kind = \"sale\"\n", "rules:5:8: key 'kind' must be a list of texts"},
      {"kind = [1]\n", "rules:5:8: key 'kind' must hold texts in quotes alone"},
      {"tender = []\n", "rules:5:10: key 'tender' must hold one text at least"},
      {"tenders = [\"cash\"]\n", "rules:5:11: key 'tenders' is not known here"},
      {"sku = [\"1\"]\n", "rules:4:48: key 'per' must be line or piece in a rule that looks at lines"},
      {"name_contains = [\"\"]\n", "rules:5:17: key 'name_contains' must not hold an empty text"},
      {"attributes = { a = [] }\n", "rules:5:20: key 'a' must hold one text at least"},
      {"", "rules:2:6: key 'id' belongs to a rule without any condition, which would match every transaction"},
  };
  for (const Case& one : cases) {
    CAPTURE(one.text);
    CHECK(error(with(one.text)) == "detector 'rules': " + one.message);
  }
}

TEST_CASE("rule file: what a rule needs, and what its quantity may say") {
  const std::string head = "[[rule]]\nid = \"cup\"\nactivity = \"a\"\nkind = [\"sale\"]\n";
  const Case cases[] = {
      {"", "rules:1:1: key 'quantity' is missing"},
      {"quantity = 1\n", "rules:5:12: key 'quantity' must be a table"},
      {"quantity = { value = 1, per = \"event\" }\n", "rules:5:12: key 'unit' is missing"},
      {"quantity = { unit = \"\", value = 1, per = \"event\" }\n", "rules:5:21: key 'unit' must be 1 to 32 bytes"},
      {"quantity = { unit = \"g\", value = 0, per = \"event\" }\n", "rules:5:34: key 'value' must be between 1 and 1000000000"},
      {"quantity = { unit = \"g\", value = 1.5, per = \"event\" }\n", "rules:5:34: key 'value' must be an integer"},
      {"quantity = { unit = \"g\", value = 1, per = \"cup\" }\n", "rules:5:43: key 'per' must be event, line or piece"},
      {"quantity = { unit = \"g\", value = 1, per = \"piece\" }\n",
       "rules:5:43: key 'per' must be event in a rule that does not look at lines"},
      {"quantity = { unit = \"g\", value = 1, per = \"event\", of = 2 }\n", "rules:5:57: key 'of' is not known here"},
  };
  for (const Case& one : cases) {
    CAPTURE(one.text);
    CHECK(error(head + one.text) == "detector 'rules': " + one.message);
  }
}

TEST_CASE("rule file: the document as a whole") {
  const std::string good = with("kind = [\"sale\"]\n");
  CHECK(error(good).empty());
  CHECK(error(good + good) == "detector 'rules': rules:7:6: key 'id' 'cup' is the id of an earlier rule");
  CHECK(DetectorBench(own_plugin("rules"), "rules = 1\n", "/etc/greentill/rules/cafe.toml").error() ==
        "detector 'rules' with /etc/greentill/rules/cafe.toml: rules:1:9: key 'rules' is not known here");
  CHECK(error("[rule]\nid = \"x\"\n") == "detector 'rules': rules:1:1: key 'rule' must be an array of tables");
  CHECK(error("rules = 1\n") == "detector 'rules': rules:1:9: key 'rules' is not known here");
  CHECK(error("[[rule]]\nid = \"x\nactivity\n").find("detector 'rules': rules:2:") == 0);
  CHECK(error("[[rule]]\nid = \"cup\"\nactivity = \"" + std::string(33, 'a') + "\"\n") ==
        "detector 'rules': rules:3:12: key 'activity' must be 1 to 32 bytes");
}

}  // namespace
}  // namespace greentill::detect
