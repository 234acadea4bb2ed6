// SPDX-License-Identifier: Apache-2.0
#include "daemon/base/utf8.hpp"

#include <doctest/doctest.h>

#include "daemon/base/hex.hpp"

namespace greentill {
namespace {

bool is_utf8_hex(const char* hex) { return is_utf8(as_text(*from_hex(hex))); }

TEST_CASE("utf-8: to the letter of RFC 3629") {
  for (const char* good : {"", "61", "c280", "dfbf", "e0a080", "ed9fbf", "ee8080", "efbfbf", "f0908080", "f48fbfbf", "00"}) {
    CHECK(is_utf8_hex(good));
  }
  for (const char* bad : {"80", "bf", "c0af", "c1bf", "c2", "c2c2", "e09fbf", "e0a0", "eda080", "edbfbf", "e1c080", "f08fbfbf",
                          "f4908080", "f5808080", "f09080", "fe", "ff", "61c2", "f0908041"}) {
    CAPTURE(bad);
    CHECK_FALSE(is_utf8_hex(bad));
  }
}

TEST_CASE("utf-8: a byte that begins no code point is passed over alone") {
  std::string_view text = "a\xc3\xa9\xed\xa0\x80\xf0\x9f\x8d\xb5\xe2\x82";
  std::size_t at = 0;
  for (const char32_t expected :
       {char32_t{'a'}, char32_t{0xe9}, kNoCodePoint, kNoCodePoint, kNoCodePoint, char32_t{0x1f375}, kNoCodePoint, kNoCodePoint}) {
    CHECK(next_code_point(text, at) == expected);
  }
  CHECK(at == text.size());
}

}  // namespace
}  // namespace greentill
