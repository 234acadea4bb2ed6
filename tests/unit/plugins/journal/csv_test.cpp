// SPDX-License-Identifier: Apache-2.0
#include "plugins/journal/csv.hpp"

#include <doctest/doctest.h>

namespace greentill::journal {
namespace {

using Fields = std::vector<std::string>;
using Rows = std::vector<Fields>;

/// All rows of a text to which nothing is added any more.
Rows rows(std::string_view text, char delimiter = ',') {
  CsvRows reader(delimiter);
  Rows all;
  while (const auto size = reader.read(text, true)) {
    all.push_back(reader.fields());
    text.remove_prefix(*size);
  }
  CHECK(text.empty());
  return all;
}

TEST_CASE("csv: fields, quotes and line ends as RFC 4180 has them") {
  CHECK(rows("a,b\r\nc,d\r\n") == Rows{{"a", "b"}, {"c", "d"}});
  CHECK(rows("a,b\nc,d") == Rows{{"a", "b"}, {"c", "d"}});
  CHECK(rows("\"a,b\",\"say \"\"hi\"\"\"\n") == Rows{{"a,b", "say \"hi\""}});
  CHECK(rows("\"two\nlines\",x\r\ny,z\n") == Rows{{"two\nlines", "x"}, {"y", "z"}});
  CHECK(rows("\"cr\r\nlf\",x\n") == Rows{{"cr\r\nlf", "x"}});
  CHECK(rows(",,\n") == Rows{{"", "", ""}});
  CHECK(rows("\"\",\"\"\n") == Rows{{"", ""}});
  CHECK(rows("a;b,c\n", ';') == Rows{{"a", "b,c"}});
  CHECK(rows("a\tb\n", '\t') == Rows{{"a", "b"}});
}

TEST_CASE("csv: spaces around a field are not part of it unless it is quoted") {
  CHECK(rows("5\" pipe,x\n") == Rows{{"5\" pipe", "x"}});
  CHECK(rows(" a , b c ,\" d \"\n") == Rows{{"a", "b c", " d "}});
  CHECK(rows("a b\"c,d\n") == Rows{{"a b\"c", "d"}});
}

TEST_CASE("csv: a blank line is a row without fields") {
  CHECK(rows("\n \t\r\na\n\n") == Rows{{}, {}, {"a"}, {}});
  CHECK(rows("a\n  ") == Rows{{"a"}, {}});
  CHECK(rows("").empty());
}

TEST_CASE("csv: a row is read when its end is there, and not a byte earlier") {
  const std::string text = "a,\"b\nc\"\r\nd,e\n";
  CsvRows reader(',');
  for (std::size_t have = 0; have < 9; ++have) {
    CAPTURE(have);
    CHECK(!reader.read(text.substr(0, have), false));
  }
  for (std::size_t have = 9; have <= text.size(); ++have) {
    CAPTURE(have);
    CHECK(reader.read(text.substr(0, have), false) == 9);
    CHECK(reader.fields() == Fields{"a", "b\nc"});
  }
}

TEST_CASE("csv: rows that carriage returns alone end are not taken for one") {
  CsvRows reader(',');
  CHECK(reader.read("a,b\rc,d\re,f\n", false) == 12);
  CHECK(reader.torn());
  CHECK(reader.read("a,b\r\"open\n", false) == 10);
  CHECK(reader.torn());
  CHECK(reader.read("g,h\r\n", false) == 5);
  CHECK(reader.fields() == Fields{"g", "h"});
  CHECK(!reader.torn());
}

TEST_CASE("csv: a quote that only a later row's quotes close costs its own line alone") {
  CHECK(rows("1,\"open\n2,\"closed\"\n3,x\n") == Rows{{}, {"2", "closed"}, {"3", "x"}});
  CHECK(rows("\"Bar\" Helsinki,1\n2,x\n") == Rows{{}, {"2", "x"}});
}

TEST_CASE("csv: at the end of it all a quote left open costs its own line alone") {
  CsvRows reader(',');
  const std::string text = "1,\"open\n2,x\n3,y";
  CHECK(!reader.read(text, false));
  CHECK(reader.read(text, true) == 8);
  CHECK(reader.open_quote());
  CHECK(reader.fields().empty());
  CHECK(reader.read(text.substr(8), true) == 4);
  CHECK(!reader.open_quote());
  CHECK(reader.fields() == Fields{"2", "x"});
  CHECK(reader.read("3,\"y", true) == 4);
  CHECK(reader.open_quote());
}

}  // namespace
}  // namespace greentill::journal
