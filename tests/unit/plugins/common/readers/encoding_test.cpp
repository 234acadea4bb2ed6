// SPDX-License-Identifier: Apache-2.0
#include "plugins/common/readers/encoding.hpp"

#include <doctest/doctest.h>

#include <stdexcept>

namespace greentill::plugin {
namespace {

std::string decoded(const std::string& encoding, std::string_view bytes) { return Encoding(encoding).to_utf8(bytes); }

TEST_CASE("encoding: texts of many, by whatever spelling of their names, and what is none of theirs") {
  CHECK(decoded("windows-1252", "\x80 \xe9") == "€ é");
  CHECK(decoded("Latin_1", "\x80 \xe9") == "€ é");
  CHECK(decoded("ISO-8859-15", "\xa4") == "€");
  CHECK(decoded("macintosh", "\x8e") == "é");
  CHECK(decoded("EUC_KR", "\x8c\x63") == "똠");
  CHECK(decoded("UHC", "\x8c\x63") == "똠");
  CHECK(decoded("shift-jis", "\x95\x5c") == "表");
  CHECK(decoded("gbk", "\x81\x30\x81\x30") == "\xc2\x80");
  CHECK(decoded("big5", "\xa5\x78\xa5\x5f") == "台北");
  CHECK(decoded("utf-16be", std::string_view("\x4e\x2d\0a", 4)) == "中a");
  CHECK(decoded("utf-16", std::string_view("\x2d\x4e"
                                           "a\0",
                                           4)) == "中a");
  CHECK(decoded("shift_jis", "\x95") == "\xef\xbf\xbd");
  CHECK(decoded("utf-16le", "x") == "\xef\xbf\xbd");
  CHECK(decoded("utf-8", "\xff") == "\xef\xbf\xbd");
  CHECK(decoded("cp949", "").empty());
}

TEST_CASE("encoding: it says how lines end in it, and is refused where they end otherwise, or where nobody knows it") {
  CHECK(Encoding("cp949").newline() == "\n");
  CHECK(Encoding("cp949").name() == "cp949");
  CHECK(Encoding("utf-16").newline() == std::string_view("\n\0", 2));
  CHECK(Encoding("UTF-16BE").newline() == std::string_view("\0\n", 2));
  for (const char* name : {"utf-32", "utf-32le", "ebcdic-cp-us", "ibm-1047"}) {
    CAPTURE(name);
    CHECK_THROWS_WITH_AS(Encoding{name}, doctest::Contains("lines cannot be told"), std::runtime_error);
  }
  for (const char* name : {"", "klingon", "../etc/passwd"}) {
    CAPTURE(name);
    CHECK_THROWS_WITH_AS(Encoding{name}, doctest::Contains("is no encoding that is known"), std::runtime_error);
  }
}

}  // namespace
}  // namespace greentill::plugin
