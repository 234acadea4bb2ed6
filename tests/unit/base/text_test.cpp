// SPDX-License-Identifier: Apache-2.0
#include "daemon/base/text.hpp"

#include <doctest/doctest.h>

namespace greentill {
namespace {

TEST_CASE("text: small letters, trimming and splitting") {
  CHECK(lower_case("TeA \xc3\x89") == "tea \xc3\x89");
  CHECK(trimmed(" \t\r\na b\n") == "a b");
  CHECK(trimmed(" \n ").empty());
  CHECK(trimmed("").empty());
  CHECK(split("a b  c", ' ') == std::vector<std::string_view>{"a", "b", "", "c"});
  CHECK(split("", ' ') == std::vector<std::string_view>{""});
}

TEST_CASE("text: an integer is all of the text, and fits") {
  CHECK(parse_integer<int>("-7") == -7);
  CHECK(parse_integer<unsigned char>("255") == 255);
  for (const char* text : {"", "+7", " 7", "7 ", "0x7", "7.0", "-1", "256"}) {
    CAPTURE(text);
    CHECK(!parse_integer<unsigned char>(text));
  }
}

}  // namespace
}  // namespace greentill
