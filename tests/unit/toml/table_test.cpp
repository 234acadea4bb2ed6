// SPDX-License-Identifier: Apache-2.0
#include "daemon/toml/table.hpp"

#include <doctest/doctest.h>

#include <stdexcept>

namespace greentill::toml {
namespace {

/// The first error of a document that is read so, or "good".
template <typename Read>
std::string error(std::string_view text, const Read& read) {
  const Table root = Table::parse(text, "f.toml");
  read(root);
  const auto& found = root.check();
  if (found) CHECK(found->code == ErrorCode::invalid);
  return found ? found->message : "good";
}

void nothing(const Table& /*table*/) {}

TEST_CASE("a text that is no TOML is refused with its line and column, whatever is asked of it") {
  CHECK(error("a = 1\nb = = 2\n", nothing).starts_with("f.toml:2:5: "));
  CHECK(error("a = 1\na = 2\n", nothing).starts_with("f.toml:2:"));
  CHECK(error("a = \"\xff\"\n", [](const Table& table) { CHECK(table.text("a").empty()); }).starts_with("f.toml:1:"));
}

TEST_CASE("each reader takes its own type") {
  const Table table = Table::parse(
      "t = \"x\"\ni = 3\nb = true\nd = \"0.16272\"\nl = [\"p\", \"q\"]\n[s]\nk = \"v\"\n[[a]]\nk = 1\n[[a]]\nk = 2\n", "f.toml");
  CHECK(table.text("t") == "x");
  CHECK(table.filled_text("t", 1) == "x");
  CHECK(table.choice("t", {"w", "x"}) == 1);
  CHECK(table.one_of("t", {"w", "x"}) == "x");
  CHECK(table.integer("i", 0, 3) == 3);
  CHECK(table.optional_integer("i", 0, 3) == 3);
  CHECK(table.boolean_or("b", false));
  CHECK(table.decimal("d", 6, Rounding::exact) == 162'720);
  CHECK(table.texts("l") == std::vector<std::string>{"p", "q"});
  CHECK(table.table("s").text("k") == "v");
  CHECK(table.pairs_or_none("s") == std::vector<std::pair<std::string, std::string>>{{"k", "v"}});
  REQUIRE(table.tables("a").size() == 2);
  CHECK(table.tables("a")[1].integer("k", 0, 9) == 2);
  CHECK(table.keys() == std::vector<std::string>{"a", "b", "d", "i", "l", "s", "t"});
  static_cast<void>(table.tables("a")[0].has("k"));
  CHECK(!table.check());
}

TEST_CASE("a value of another type is named with its place, and answers nothing") {
  const auto wrong = [](const auto& read) {
    return error("t = \"\"\ni = 3\nf = 1.5\nm = [\"p\", 1]\nn = [1]\nz = \"-1\"\n", read).substr(7);
  };
  CHECK(wrong([](const Table& t) { CHECK(t.text("i").empty()); }) == "2:5: key 'i' must be a text in quotes");
  CHECK(wrong([](const Table& t) { CHECK(t.text("none").empty()); }) == "1:1: key 'none' is missing");
  CHECK(wrong([](const Table& t) { CHECK(t.filled_text("t").empty()); }) == "1:5: key 't' must not be empty");
  CHECK(wrong([](const Table& t) { CHECK(t.filled_text("z", 1) == "-1"); }) == "6:5: key 'z' must be 1 to 1 bytes");
  CHECK(wrong([](const Table& t) { t.require({"z", "t"}); }) == "1:5: key 't' must not be empty");
  CHECK(wrong([](const Table& t) {
          CHECK(t.choice("z", {"a", "b", "c"}) == 0);
        }) == "6:5: key 'z' must be \"a\", \"b\" or \"c\"");
  CHECK(wrong([](const Table& t) { CHECK(t.integer("i", 4, 9) == 0); }) == "2:5: key 'i' must be a whole number from 4 to 9");
  CHECK(wrong([](const Table& t) { CHECK(t.integer("f", 0, 9) == 0); }) == "3:5: key 'f' must be a whole number from 0 to 9");
  CHECK(wrong([](const Table& t) { CHECK(t.boolean_or("i", true)); }) == "2:5: key 'i' must be true or false");
  CHECK(wrong([](const Table& t) { CHECK(t.decimal("f", 6, Rounding::down) == 0); }) == "3:5: key 'f' must be a text in quotes");
  CHECK(wrong([](const Table& t) { CHECK(t.decimal("z", 6, Rounding::down) == 0); }) ==
        "6:5: key 'z' must be a decimal number in quotes, not negative");
  CHECK(error("p = \"+1\"\n", [](const Table& t) { CHECK(t.decimal("p", 6, Rounding::down) == 0); }) ==
        "f.toml:1:5: key 'p' must be a decimal number in quotes, not negative");
  CHECK(wrong([](const Table& t) { CHECK(t.decimal("t", 6, Rounding::exact) == 0); }) ==
        "1:5: key 't' must be a decimal number in quotes, not negative, with at most 6 decimals");
  CHECK(wrong([](const Table& t) { CHECK(t.texts("t").empty()); }) == "1:5: key 't' must be a list of texts");
  CHECK(wrong([](const Table& t) { CHECK(t.texts("m").size() == 2); }) == "4:11: key 'm' must be a list of texts");
  CHECK(wrong([](const Table& t) { CHECK(t.table("t").keys().empty()); }) == "1:5: key 't' must be a table");
  CHECK(wrong([](const Table& t) { CHECK(t.tables("t").empty()); }) == "1:5: key 't' must be a list of tables");
  CHECK(wrong([](const Table& t) { CHECK(t.tables("n").size() == 1); }) == "5:6: key 'n' must be a list of tables");
}

TEST_CASE("a nested key is named by its whole path, an item by its own place") {
  const char* text = "[s]\nk = \"one\"\n[[a]]\n[[a]]\nk = [\"two\", \"three\"]\n";
  CHECK(error(text, [](const Table& t) { CHECK(t.table("s").integer("k", 0, 9) == 0); }) ==
        "f.toml:2:5: key 's.k' must be a whole number from 0 to 9");
  CHECK(error(text, [](const Table& t) { CHECK(t.tables("a")[1].text("k").empty()); }) ==
        "f.toml:5:5: key 'a[1].k' must be a text in quotes");
  CHECK(error(text, [](const Table& t) { t.tables("a")[1].wrong_item("k", 1, "is odd"); }) == "f.toml:5:13: key 'a[1].k' is odd");
  CHECK(error("[\"a.b\"]\nk = 1\n[a.b]\nk = 2\n", [](const Table& t) {
          CHECK(t.table("a.b").integer("k", 0, 9) == 1);
          CHECK(t.table("a").table("b").integer("k", 0, 9) == 2);
          t.table("a.b").wrong("k", "is odd");
        }) == "f.toml:2:5: key '\"a.b\".k' is odd");
  CHECK(error(text, [](const Table& t) { t.table("s").wrong("none", "is odd"); }) == "f.toml:1:1: key 's.none' is odd");
}

TEST_CASE("what is absent may have a default; what is there must still be right") {
  const Table table = Table::parse("i = \"no number\"\n", "f.toml");
  CHECK(table.text_or("none", "x") == "x");
  CHECK(table.choice_or("none", {"a", "b"}, 1) == 1);
  CHECK(table.integer_or("none", 0, 9, 5) == 5);
  CHECK(!table.optional_integer("none", 0, 9));
  CHECK(table.decimal_or("none", 6, Rounding::down, 7) == 7);
  CHECK(table.boolean_or("none", true));
  CHECK(table.texts_or_none("none").empty());
  CHECK(table.pairs_or_none("none").empty());
  CHECK(table.table_or_empty("none").keys().empty());
  CHECK(table.tables("none").empty());
  CHECK(error("i = \"no number\"\n", [](const Table& t) { CHECK(t.integer_or("i", 0, 9, 5) == 0); }) ==
        "f.toml:1:5: key 'i' must be a whole number from 0 to 9");
}

TEST_CASE("a key that nobody asked for is refused, and a near one suggested") {
  const auto unknown = [](const char* asked) {
    return error("verson = 1\n", [&](const Table& table) { static_cast<void>(table.has(asked)); });
  };
  CHECK(unknown("version") == "f.toml:1:10: key 'verson' is not known here; did you mean 'version'?");
  CHECK(unknown("region") == "f.toml:1:10: key 'verson' is not known here; did you mean 'region'?");
  CHECK(unknown("baseline_term") == "f.toml:1:10: key 'verson' is not known here");
  CHECK(unknown("verson") == "good");
  CHECK(error("verson = 1\n", [](const Table& table) { table.allow({"verson"}); }) == "good");
  CHECK(error("verson = 1\n", [](const Table& table) { CHECK(table.text("version").empty()); }) ==
        "f.toml:1:10: key 'verson' is not known here; did you mean 'version'?");
  CHECK(error("verson = 1\n", [](const Table& table) { CHECK(table.text("baseline_term").empty()); }) ==
        "f.toml:1:1: key 'baseline_term' is missing");
  // The first of all, in whatever table that was asked for; one asked for twice is one.
  const char* text = "[a]\nk = 1\nl = 2\n[b]\nm = 3\n";
  const auto ask = [](const Table& table) {
    static_cast<void>(table.table("b"));
    static_cast<void>(table.table("a").has("k"));
    static_cast<void>(table.table("a").has("n"));
  };
  CHECK(error(text, [](const Table& table) { table.table("b").check(); }) == "f.toml:5:5: key 'b.m' is not known here");
  CHECK(error(text, ask) == "f.toml:3:5: key 'a.l' is not known here");
}

TEST_CASE("the first error of a document is kept, in the order of reading") {
  CHECK(error("a = 1\nb = 2\n[t]\nc = 3\n", [](const Table& table) {
          CHECK(table.text("b").empty());
          CHECK(table.text("a").empty());
          CHECK(table.table("t").text("c").empty());
          CHECK(table.table("none").integer("x", 1, 2) == 0);
        }) == "f.toml:2:5: key 'b' must be a text in quotes");
}

TEST_CASE("load: what was read, or the first error") {
  const auto read = [](const Table& table) { return table.integer("a", 0, 9); };
  CHECK(*load("a = 1\n", "f.toml", read) == 1);
  CHECK(load("a = 10\n", "f.toml", read).error().message == "f.toml:1:5: key 'a' must be a whole number from 0 to 9");
  CHECK(load("a = 1\nb = 1\n", "f.toml", read).error().message == "f.toml:2:5: key 'b' is not known here");
}

TEST_CASE("whoever asks gets each error at once, and may throw") {
  const auto raise = [](const Error& error) { throw std::runtime_error(error.message); };
  CHECK_THROWS_WITH(Table::parse("a = =\n", "f.toml", raise), doctest::Contains("f.toml:1:"));
  const Table table = Table::parse("a = 1\n", "f.toml", raise);
  CHECK_THROWS_WITH(static_cast<void>(table.text("a")), "f.toml:1:5: key 'a' must be a text in quotes");
  CHECK_NOTHROW(table.check());
  CHECK_THROWS_WITH(static_cast<void>(table.text("ab")), "f.toml:1:1: key 'ab' is missing; there is a key 'a'");
}

TEST_CASE("whoever takes every error gets one for each key that nobody asked for, in the document's order") {
  std::string all;
  const auto collect = [&all](const Error& error) { all += error.message + '\n'; };
  const Table table = Table::parse("z = 1\na = \"x\"\n[t]\nb = 2\nname = 3\n", "f.toml", collect);
  CHECK(table.integer("a", 0, 9) == 0);
  CHECK(table.table("t").text("nam").empty());
  table.check();
  CHECK(all ==
        "f.toml:2:5: key 'a' must be a whole number from 0 to 9\n"
        "f.toml:3:1: key 't.nam' is missing; there is a key 'name'\n"
        "f.toml:1:5: key 'z' is not known here\n"
        "f.toml:4:5: key 't.b' is not known here\n"
        "f.toml:5:8: key 't.name' is not known here; did you mean 'nam'?\n");
}

TEST_CASE("every text is found, wherever it stands, with its key") {
  const Table table = Table::parse("a = \"1\"\nb = [\"2\", [\"3\"]]\n[c]\nd = \"4\"\n[[e]]\nf = \"5\"\ng = 6\n", "f.toml");
  std::string all;
  table.each_text([&](std::string_view key, const std::string& text) { all.append(key).append(text).append(" "); });
  CHECK(all == "a1 b2 b3 d4 f5 ");
}

}  // namespace
}  // namespace greentill::toml
