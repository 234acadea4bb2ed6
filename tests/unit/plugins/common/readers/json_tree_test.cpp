// SPDX-License-Identifier: Apache-2.0
#include "plugins/common/readers/json_tree.hpp"

#include <doctest/doctest.h>

namespace greentill::plugin {
namespace {

std::string why_no_json(const std::string& document) {
  try {
    parse_json_tree(document);
  } catch (const Unusable& unusable) {
    return unusable.what();
  }
  return "read";
}

TEST_CASE("json tree: numbers stay as they are written") {
  const JsonValue root = parse_json_tree(
      R"({"case": 4919338172267102228, "amount": 2.92307692307692326400000000, "huge": 123456789012345678901234567890, "minus": -1})");
  CHECK(root.member("case")->text == "4919338172267102228");
  CHECK(root.member("amount")->text == "2.92307692307692326400000000");
  CHECK(root.member("huge")->text == "123456789012345678901234567890");
  CHECK(root.member("minus")->text == "-1");
  CHECK(root.member("minus")->is(JsonValue::Type::number));
}

TEST_CASE("json tree: texts, lists, objects, booleans and null") {
  const JsonValue root = parse_json_tree("\xef\xbb\xbf [ {\"a\": [true, false, \"\\u00e9\"], \"b\": null}, [] ] ");
  REQUIRE(root.is(JsonValue::Type::list));
  REQUIRE(root.values.size() == 2);
  const JsonValue* list = root.values[0].member("a");
  REQUIRE(list != nullptr);
  REQUIRE(list->values.size() == 3);
  CHECK(list->values[0].text == "true");
  CHECK(list->values[2].text == "\xc3\xa9");
  CHECK(list->values[2].is(JsonValue::Type::text));
  CHECK(root.values[0].member("b") == nullptr);
  CHECK(root.values[0].member("c") == nullptr);
  CHECK(root.values[1].member("a") == nullptr);
}

TEST_CASE("json tree: what is no JSON says where, and quotes nothing of it") {
  CHECK(why_no_json("{\"name\": \"somebody\" x}") == "byte 21: it is not JSON");
  CHECK(why_no_json("") == "byte 0: it is not JSON");
  CHECK(why_no_json("{} {}") == "byte 3: something follows the document");
  CHECK(why_no_json("{\"a\": NaN}") == "byte 7: it is not JSON");
  CHECK(why_no_json("[\"\xff\"]") == "byte 3: it is not JSON");
}

TEST_CASE("json tree: limits hold") {
  CHECK(why_no_json(R"({"a": 1, "a": 2})") == "a name occurs twice in one of its objects");
  CHECK(why_no_json(std::string(kMostJsonDepth, '[') + std::string(kMostJsonDepth, ']')) == "read");
  CHECK(why_no_json(std::string(kMostJsonDepth + 1, '[')) == "byte 33: values more than 32 deep in each other");
  std::string many = "[0";
  for (std::size_t i = 0; i < kMostJsonValues; ++i) many += ",0";
  CHECK(why_no_json(many + "]") == "it has more than 400000 values");
  std::string names = "{\"0\":0";
  for (std::size_t i = 1; i <= kMostJsonKeys; ++i) names += ",\"" + std::to_string(i) + "\":0";
  CHECK(why_no_json(names + "}").ends_with("an object of more than 1024 keys"));
}

}  // namespace
}  // namespace greentill::plugin
