// SPDX-License-Identifier: Apache-2.0
#include "daemon/measure/toml.hpp"

#include <limits>

#include <doctest/doctest.h>

#include "daemon/measure/toml_fields.hpp"

using namespace greentill;
using namespace greentill::measure;

namespace {

TomlTable read(std::string_view text) {
  auto table = TomlTable::parse(text, "f.toml");
  if (!table) FAIL(table.error().message);
  return *table;
}

template <typename T>
std::string message(const Result<T>& result) {
  if (result) {
    FAIL_CHECK("accepted");
    return {};
  }
  CHECK(result.error().code == ErrorCode::invalid);
  return result.error().message;
}

}  // namespace

TEST_CASE("parse_decimal: exact integers at any scale") {
  struct {
    const char* text;
    int scale;
    std::int64_t value;
  } const cases[] = {{"0", 0, 0},
                     {"0", 6, 0},
                     {"0.16272", 6, 162720},
                     {"148.61", 9, 148610000000},
                     {"007.5", 1, 75},
                     {"1.500", 1, 15},
                     {"1", 18, 1000000000000000000},
                     {"0.000001", 6, 1},
                     {"5.98000", 2, 598},
                     {"9223372036854775807", 0, std::numeric_limits<std::int64_t>::max()},
                     {"9.223372036854775807", 18, std::numeric_limits<std::int64_t>::max()}};
  for (const auto& one : cases) {
    CAPTURE(one.text);
    for (const Rounding rounding : {Rounding::down, Rounding::up, Rounding::exact}) {
      CHECK(parse_decimal(one.text, one.scale, rounding) == one.value);
    }
  }
}

TEST_CASE("parse_decimal: digits beyond the scale are rounded as asked, or refused") {
  CHECK(parse_decimal("0.0000019", 6, Rounding::down) == 1);
  CHECK(parse_decimal("0.0000011", 6, Rounding::up) == 2);
  CHECK(parse_decimal("0.0000010000001", 6, Rounding::up) == 2);
  CHECK_FALSE(parse_decimal("0.0000011", 6, Rounding::exact));
  CHECK(parse_decimal("0.00000100", 6, Rounding::exact) == 1);
  CHECK(parse_decimal("9223372036854775807.5", 0, Rounding::down) == std::numeric_limits<std::int64_t>::max());
  CHECK_FALSE(parse_decimal("9223372036854775807.5", 0, Rounding::up));
}

TEST_CASE("parse_decimal: nothing but plain non-negative decimals that fit") {
  for (const char* text :
       {"", ".", "1.", ".5", "-1", "+1", " 1", "1 ", "1e3", "1,5", "0x10", "1_000", "1.2.3", "inf", "nan", "\xD9\xA1"}) {
    CAPTURE(text);
    CHECK_FALSE(parse_decimal(text, 6, Rounding::down));
  }
  CHECK_FALSE(parse_decimal("9223372036854775808", 0, Rounding::exact));
  CHECK_FALSE(parse_decimal("9223372036854.775808", 6, Rounding::exact));
  CHECK_FALSE(parse_decimal("10", 18, Rounding::exact));
  CHECK_FALSE(parse_decimal(std::string(5000, '9'), 0, Rounding::down));
}

TEST_CASE("a text that is no TOML is refused with its line and column") {
  CHECK(message(TomlTable::parse("a = 1\nb = = 2\n", "f.toml")).rfind("f.toml:2:5: ", 0) == 0);
  CHECK(message(TomlTable::parse("a = 1\na = 2\n", "f.toml")).rfind("f.toml:2:", 0) == 0);
  CHECK(message(TomlTable::parse("a = \"\xff\"\n", "f.toml")).rfind("f.toml:1:", 0) == 0);
}

TEST_CASE("each reader takes its own type and names place and key of another") {
  const TomlTable table = read(
      "t = \"x\"\ni = 3\nb = true\nf = 1.5\nl = [\"p\", \"q\"]\nm = [\"p\", 1]\n[s]\nk = 1\n[[a]]\nk = 1\n[[a]]\nk = \"two\"\n");
  CHECK(*table.text("t") == "x");
  CHECK(*table.integer("i", 0, 3) == 3);
  CHECK(*table.boolean("b"));
  CHECK(*table.texts("l") == std::vector<std::string>{"p", "q"});
  CHECK(*table.table("s")->integer("k", 1, 1) == 1);
  CHECK(table.tables("a")->size() == 2);
  CHECK(table.tables("none")->empty());

  CHECK(message(table.text("i")) == "f.toml:2:5: key 'i' must be a text in quotes");
  CHECK(message(table.text("none")).find("key 'none' is missing") != std::string::npos);
  CHECK(message(table.integer("i", 4, 9)) == "f.toml:2:5: key 'i' must be a whole number from 4 to 9");
  CHECK(message(table.integer("f", 0, 9)).find("key 'f' must be a whole number") != std::string::npos);
  CHECK(message(table.boolean("i")).find("key 'i' must be true or false") != std::string::npos);
  CHECK(message(table.decimal("f", 6, Rounding::down)).find("key 'f' must be a text in quotes") != std::string::npos);
  CHECK(message(table.decimal("t", 6, Rounding::down)).find("key 't' must be a decimal number in quotes, not negative") !=
        std::string::npos);
  CHECK(message(table.texts("t")).find("key 't' must be a list of texts") != std::string::npos);
  CHECK(message(table.texts("m")).find("key 'm' must be a list of texts") != std::string::npos);
  CHECK(message(table.table("t")).find("key 't' must be a table") != std::string::npos);
  CHECK(message(table.tables("l")).find("key 'l' must be a list of tables") != std::string::npos);
}

TEST_CASE("a nested key is named by its whole path") {
  const TomlTable table = read("[s]\nk = \"one\"\n[[a]]\n[[a]]\nk = \"two\"\n");
  CHECK(message(table.table("s")->integer("k", 0, 9)) == "f.toml:2:5: key 's.k' must be a whole number from 0 to 9");
  CHECK(message((*table.tables("a"))[1].integer("k", 0, 9)) == "f.toml:5:5: key 'a[1].k' must be a whole number from 0 to 9");
}

TEST_CASE("what is absent may have a default; what is there must still be right") {
  const TomlTable table = read("i = \"no number\"\n");
  CHECK(*table.text_or("none", "x") == "x");
  CHECK(*table.integer_or("none", 0, 9, 5) == 5);
  CHECK(*table.boolean_or("none", true));
  CHECK(table.texts_or_none("none")->empty());
  CHECK(table.table_or_empty("none")->keys().empty());
  CHECK_FALSE(table.integer_or("i", 0, 9, 5));
  CHECK_FALSE(table.table_or_empty("i"));
}

TEST_CASE("only: an unknown key is refused, and a near one suggested") {
  const TomlTable table = read("verson = 1\n");
  CHECK(message(table.only({"version", "title"})) == "f.toml:1:10: key 'verson' is not known here; did you mean 'version'?");
  CHECK(message(table.only({"region"})) == "f.toml:1:10: key 'verson' is not known here; did you mean 'region'?");
  CHECK(message(table.only({"baseline_term"})) == "f.toml:1:10: key 'verson' is not known here");
  CHECK(message(table.only({})) == "f.toml:1:10: key 'verson' is not known here");
  CHECK(table.only({"verson"}));
}

TEST_CASE("fields: the first error of a document is kept, in the order of reading") {
  FirstError first;
  TomlFields fields(read("a = 1\nb = 2\n[t]\nc = 3\n"), first);
  CHECK(fields.text("b").empty());
  CHECK(fields.text("a").empty());
  CHECK(fields.table("t").text("c").empty());
  CHECK(fields.table("none").integer("x", 1, 2) == 0);
  REQUIRE(first);
  CHECK(first->message == "f.toml:2:5: key 'b' must be a text in quotes");
}
