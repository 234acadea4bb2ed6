// SPDX-License-Identifier: Apache-2.0
#include "plugins/rules/fold.hpp"

#include <doctest/doctest.h>
#include <locale.h>
#include <wctype.h>

namespace greentill::rules {
namespace {

std::string utf8(std::uint32_t point) {
  if (point < 0x80) return {static_cast<char>(point)};
  return {static_cast<char>(0xc0 | point >> 6), static_cast<char>(0x80 | (point & 0x3f))};
}

/// The scripts that fold_case() promises: where it may differ from the C library is outside of them.
bool promised(std::uint32_t point) {
  return point < 0x180 || (point >= 0x386 && point < 0x3cf) || (point >= 0x400 && point < 0x460);
}

TEST_CASE("fold: every letter of one or two bytes becomes the small letter that the C library knows, or stays") {
  const locale_t locale = ::newlocale(LC_CTYPE_MASK, "C.UTF-8", nullptr);
  REQUIRE(locale != nullptr);
  for (std::uint32_t point = 0; point < 0x800; ++point) {
    const auto expected = static_cast<std::uint32_t>(::towlower_l(static_cast<wint_t>(point), locale));
    const std::string folded = fold_case(utf8(point));
    CAPTURE(point);
    if (point == 0x130 || point == 0x3a2 || point == 0x3c2) continue;  // below, and one that is no letter
    if (promised(point)) {
      CHECK(folded == utf8(expected));
    } else {
      CHECK((folded == utf8(point) || folded == utf8(expected)));
    }
  }
  ::freelocale(locale);
}

TEST_CASE("fold: the letters whose folding is a matter of language") {
  // A Turkish capital I with a dot is not an English i; a sharp s is not two letters.
  CHECK(fold_case("\u0130") == "\u0130");
  CHECK(fold_case("Straße") == "straße");
  // Greek writes sigma otherwise at a word's end, in small letters alone.
  CHECK(fold_case("ΟΔΟΣ") == fold_case("οδος"));
}

TEST_CASE("fold: words as tills print them") {
  CHECK(fold_case("KEEP CUP 0,4L") == "keep cup 0,4l");
  CHECK(fold_case("GRÜNER TEE ÄÖÜ") == "grüner tee äöü");
  CHECK(fold_case("ŻÓŁTY ŠÁLEK ŐSZ ŸES") == "żółty šálek ősz ÿes");
  CHECK(fold_case("МНОГОРАЗОВАЯ ЁМКОСТЬ") == "многоразовая ёмкость");
  CHECK(fold_case("ΈΝΑ ΠΟΤΉΡΙ") == "ένα ποτήρι");
}

TEST_CASE("fold: what is no letter of these, or no UTF-8, stays as it is") {
  CHECK(fold_case("½ ×7 ☕ 咖啡 Ａ") == "½ ×7 ☕ 咖啡 Ａ");
  CHECK(fold_case("\xc3") == "\xc3");
  CHECK(fold_case("A\xc3Z") == "a\xc3z");
  CHECK(fold_case("\xff\xfe"
                  "A") ==
        "\xff\xfe"
        "a");
  CHECK(fold_case("").empty());
}

}  // namespace
}  // namespace greentill::rules
