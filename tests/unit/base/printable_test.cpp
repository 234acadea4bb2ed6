// SPDX-License-Identifier: Apache-2.0
#include "daemon/base/printable.hpp"

#include <doctest/doctest.h>

namespace greentill {
namespace {

TEST_CASE("printable: what steers a terminal is visible, and every letter stays") {
  CHECK(printable("") == "");
  CHECK(printable("Café 退款 🍵 ＡＢＣ \"x\" \\n") == "Café 退款 🍵 ＡＢＣ \"x\" \\n");
  CHECK(printable("a\x1b[2Jb\r\n\tc\x7f") == "a\\x1b[2Jb\\x0d\\x0a\\x09c\\x7f");
  CHECK(printable(std::string_view("a\0b", 3)) == "a\\x00b");
  CHECK(printable("\xc2\x9b"
                  "2J\xc2\x80\xc2\x9f\xc2\xa0") == "\\u009b2J\\u0080\\u009f\xc2\xa0");  // CSI in one character
  CHECK(printable("\xe2\x80\xae"
                  "gpj.exe\xe2\x80\xac") == "\\u202egpj.exe\\u202c");
  CHECK(printable("\xe2\x81\xa6x\xe2\x81\xa9 \xd8\x9c \xe2\x80\x8e\xe2\x80\x8f") == "\\u2066x\\u2069 \\u061c \\u200e\\u200f");
  CHECK(printable("a\xe2\x80\xa8"
                  "b\xe2\x80\xa9\xef\xbb\xbf") == "a\\u2028b\\u2029\\ufeff");
  CHECK(printable("\x9b"
                  "2J \xff\xc3") == "\\x9b2J \\xff\\xc3");  // no UTF-8: what a terminal set to Latin 1 would obey
  CHECK(printable("👩\xe2\x80\x8d🍳") == "👩\xe2\x80\x8d🍳");   // what joins a picture's parts
}

TEST_CASE("printable: a JSON document stays the same document") {
  CHECK(printable_json("{\"a\":\"\xc2\x9b"
                       "2J\x7f é\"}\n") == "{\"a\":\"\\u009b2J\\u007f é\"}\n");
  CHECK(printable_json("\"\xe2\x80\xae\"") == "\"\\u202e\"");
}

}  // namespace
}  // namespace greentill
