// SPDX-License-Identifier: Apache-2.0
#include "plugins/rules/fold.hpp"

#include <doctest/doctest.h>
#include <unicode/normalizer2.h>
#include <unicode/translit.h>
#include <unicode/uchar.h>

#include <iterator>
#include <memory>
#include <random>

namespace greentill::rules {
namespace {

std::string folded(std::string_view text) { return Folder(Folder::Chinese::simplified).folded(text); }

std::string words(std::string_view text) {
  Folder folder(Folder::Chinese::simplified);
  return folder.words_of(folder.folded(text));
}

std::string utf8(const icu::UnicodeString& text) {
  std::string bytes;
  text.toUTF8String(bytes);
  return bytes;
}

TEST_CASE("fold: case, accents and strokes do not matter") {
  CHECK(folded("KEEP CUP 0,4L") == "keep cup 0,4l");
  CHECK(folded("GRÜNER TEE ÄÖÜ") == "gruner tee aou");
  CHECK(folded("Gru\u0308ner") == folded("Grüner"));
  CHECK(folded("Straße") == folded("STRASSE"));
  CHECK(folded("ŻÓŁTY ŠÁLEK ŐSZ ŸES") == "zolty salek osz yes");
  CHECK(folded("SMØRREBRØD Æble œuf") == "smorrebrod aeble oeuf");
  CHECK(folded("İSTANBUL ısı") == "istanbul isi");
  CHECK(folded("МНОГОРАЗОВАЯ ЁМКОСТЬ") == folded("многоразовая емкость"));
  // Greek writes sigma otherwise at a word's end, in small letters alone.
  CHECK(folded("ΟΔΌΣ") == folded("οδος"));
}

TEST_CASE("fold: wide and narrow letters do not matter") {
  CHECK(folded("ＯＷＮ　ＣＵＰ　１２") == "own cup 12");
  CHECK(folded("ﾏｲｶｯﾌﾟ") == folded("マイカップ"));
  CHECK(folded("（自备杯）") == "(自备杯)");
  CHECK(folded("5㎏") == "5kg");
}

TEST_CASE("fold: simplified and traditional Chinese do not matter, where Chinese is looked for") {
  CHECK(folded("自備環保杯，減5元") == folded("自备环保杯,减5元"));
  CHECK(folded("無需餐具") == "无需餐具");
  CHECK(folded("電子發票") == folded("电子发票"));
  CHECK(folded("回收塑膠瓶 紙張 衣物 鋁罐") == folded("回收塑胶瓶 纸张 衣物 铝罐"));
  CHECK(Folder(Folder::Chinese::as_written).folded("自備杯") == "自備杯");
}

TEST_CASE("fold: what would be another letter without its mark keeps it") {
  CHECK(folded("バス") != folded("ハス"));
  CHECK(folded("か\u3099") == folded("が"));
  CHECK(folded("각") != folded("가"));
  CHECK(folded("\u1100\u1161") == folded("가"));
  CHECK(folded("चाय") != folded("चय"));
}

TEST_CASE("fold: blanks of every kind are one, and none at the ends; what cannot be seen is nothing") {
  CHECK(folded("  REUSE\t DONATION \xc2\xa0.....    ") == "reuse donation .....");
  CHECK(folded("\u3000杯\u2003子\u3000") == "杯 子");
  CHECK(folded("re\u00adfill\u200b") == "refill");
  // A spacing accent is a blank with the accent on it, and a ligature may be several words.
  CHECK(folded("\u00b4tea \u00b4 to\u00a8go\u00b4") == "tea to go");
  CHECK(folded("\ufc5f \ufdfa ") == folded("\u064d\u0651 \ufdfa"));
  CHECK(folded("").empty());
  CHECK(folded(" \u3000 ").empty());
}

TEST_CASE("fold: bytes that are no UTF-8 are a sign, and harm nothing behind them") {
  CHECK(folded("A\xc3Z") == "a\ufffdz");
  CHECK(folded("\xff\xfe"
               "A") == "\ufffd\ufffda");
  CHECK(folded("\xed\xa0\x80"
               "A")
            .ends_with("a"));
  CHECK(folded("\xf0\x9f") == "\ufffd\ufffd");
}

TEST_CASE("fold: a text that was folded is folded") {
  Folder folder(Folder::Chinese::simplified);
  for (const char* text : {"ＯＷＮ Cup", "自備杯", "ﾏｲｶｯﾌﾟ", "Straße Ω ﬁn ½", "각 ﾊﾞ", "ﷺ", "Ǆ ŉ ẞ"}) {
    const std::string once = folder.folded(text);
    CHECK(folder.folded(once) == once);
  }
}

/// The definition, by ICU on the whole letter: NFKC_Casefold, accents off, in simplified letters.
TEST_CASE("fold: every letter of the first plane is folded as Unicode's NFKC_Casefold without accents") {
  UErrorCode status = U_ZERO_ERROR;
  const auto* casefold = icu::Normalizer2::getNFKCCasefoldInstance(status);
  const auto* nfd = icu::Normalizer2::getNFDInstance(status);
  const auto* nfc = icu::Normalizer2::getNFCInstance(status);
  REQUIRE(U_SUCCESS(status));
  Folder folder(Folder::Chinese::as_written);
  const icu::UnicodeString strokes(u"æœøđħıłŧ");
  int compared = 0;
  for (UChar32 point = 0x80; point < 0x10000; ++point) {
    if (U_IS_SURROGATE(point) || u_isUWhiteSpace(point)) continue;
    icu::UnicodeString expected = nfd->normalize(casefold->normalize(icu::UnicodeString(point), status), status);
    for (std::int32_t i = expected.length(); i-- > 0;) {
      if (expected[i] >= 0x300 && expected[i] <= 0x36f) expected.remove(i, 1);
    }
    expected = nfc->normalize(expected, status).trim();
    bool special = false;
    for (std::int32_t i = 0; i < strokes.length(); ++i) special = special || expected.indexOf(strokes[i]) >= 0;
    if (special) continue;
    ++compared;
    if (folder.folded(utf8(icu::UnicodeString(point))) != utf8(expected)) FAIL_CHECK("U+", point);
  }
  CHECK(compared > 63'000);
}

TEST_CASE("fold: Chinese letters are those of ICU's Traditional-Simplified, one by one") {
  UErrorCode status = U_ZERO_ERROR;
  const std::unique_ptr<icu::Transliterator> to_simplified(
      icu::Transliterator::createInstance("Traditional-Simplified", UTRANS_FORWARD, status));
  REQUIRE(U_SUCCESS(status));
  Folder folder(Folder::Chinese::simplified);
  int changed = 0;
  for (UChar32 point = 0x4e00; point < 0xa000; ++point) {
    icu::UnicodeString expected(point);
    to_simplified->transliterate(expected);
    changed += expected[0] != point;
    if (folder.folded(utf8(icu::UnicodeString(point))) != utf8(expected)) FAIL_CHECK("U+", point);
  }
  CHECK(changed > 2'500);
}

TEST_CASE("fold: a text that grows as it is folded has room, whatever the length") {
  // The longest: one letter becomes four words of 33 bytes.
  std::string text;
  for (int i = 0; i < 500; ++i) {
    text += "\u00e4 \ufdfa";
    Folder folder(Folder::Chinese::as_written);
    const std::string folded = folder.folded(text);
    REQUIRE(folded.size() >= text.size());
    REQUIRE(folder.folded(folded) == folded);
  }
}

TEST_CASE("fold_and_words: is fold and words, whatever the text") {
  Folder folder(Folder::Chinese::as_written);
  std::mt19937 random(7);
  const std::string_view pieces[] = {"a", "B", "7",      " ",      "\t",     "-",      ".",
                                     ":", "'", "\u00c9", "\u676f", "\u3000", "\u274c", "\xff"};
  for (int i = 0; i < 20'000; ++i) {
    std::string text;
    for (auto n = random() % 9; n > 0; --n) text += pieces[random() % (i % 2 == 0 ? 9 : std::size(pieces))];
    CAPTURE(text);
    std::string folded, words;
    const bool one_clause = folder.fold_and_words(text, folded, words);
    REQUIRE(folded == folder.folded(text));
    std::string expected;
    REQUIRE(one_clause == folder.words(folded, expected));
    REQUIRE(words == expected);
  }
}

TEST_CASE("words: letters and digits, whatever stands between them") {
  CHECK(words("REUSE DONATION .....") == " reuse donation ");
  CHECK(words("customer's own-cup (0,4l)") == " customer s own cup 0 4l ");
  CHECK(words("...").empty());
  CHECK(words("").empty());
  CHECK(words("♻ 100%") == " 100 ");
}

TEST_CASE("words: where no spaces are written, each letter is one") {
  CHECK(words("自備杯減5元") == " 自 备 杯 减 5 元 ");
  CHECK(words("自备cup拿铁") == " 自 备 cup 拿 铁 ");
  CHECK(words("マイカップ持参") == " マ イ カ ッ プ 持 参 ");
  CHECK(words("텀블러 할인") == " 텀블러 할인 ");
}

TEST_CASE("has_chinese: traditional, simplified, or none") {
  CHECK(has_chinese("own cup 自備"));
  CHECK(has_chinese("豈"));
  CHECK_FALSE(has_chinese("own cup ＣＵＰ マイカップ ☕ ü"));
  CHECK_FALSE(has_chinese(""));
}

}  // namespace
}  // namespace greentill::rules
