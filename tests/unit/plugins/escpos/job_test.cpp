// SPDX-License-Identifier: Apache-2.0
// Jobs as paper: captures of others beside the text that a person reads off them, and jobs of our own for each quirk.
#include "plugins/escpos/job.hpp"

#include <doctest/doctest.h>

#include "tests/support/corpora.hpp"
#include "tests/unit/plugins/escpos/jobs.hpp"

namespace greentill::escpos {
namespace {

using namespace test;
using namespace std::string_literals;

std::string printed(const std::string& job, const TextSettings& settings = {}) { return printed_text(bytes(job), settings); }

Receipt only_receipt(const std::string& job, const TextSettings& settings = {}) {
  const auto all = read_receipts(bytes(job), settings);
  REQUIRE(all.size() == 1);
  return all[0];
}

TEST_CASE("escpos: every capture is read as its printed text says") {
  const auto folder = greentill::test::corpus("escpos");
  if (!folder) return;
  std::size_t captures = 0;
  for (const auto& entry : std::filesystem::directory_iterator(*folder)) {
    if (entry.path().extension() != ".bin") continue;
    CAPTURE(entry.path().filename().string());
    auto text = entry.path();
    text.replace_extension(".printed.txt");
    CHECK(printed(read(entry.path())) == read(text));
    ++captures;
  }
  CHECK(captures == 11);
}

TEST_CASE("escpos: a code table may change in mid-word, and ESC @ goes back to the profile's") {
  CHECK(printed("Bl\x1bt\x02\x9b\x1bt\x00\x84\x1bt\x10\xe4\n"s) == "Bløää\n");
  CHECK(printed("\x1bt\x10\x80\x1b@\x80\n"s) == "Ç\n");  // the euro sign was not printed yet when ESC @ came
  CHECK(printed("\x1bt\x10\x80\n\x1b@\x80\n"s) == "€\nÇ\n");
  TextSettings settings;
  settings.table = 19;
  CHECK(printed("\xd5\n\x1b@\xd5\n"s, settings) == "€\n€\n");
}

TEST_CASE("escpos: code tables of Epson's numbers") {
  const auto one = [](int table, unsigned char byte) {
    return printed("\x1bt"s + static_cast<char>(table) + static_cast<char>(byte));
  };
  CHECK(one(0, 0xe1) == "ß");
  CHECK(one(1, 0xb1) == "ｱ");
  CHECK(one(1, 0x80) == "▁");
  CHECK(one(1, 0x9f) == "╯");
  CHECK(one(1, 0xa1) == "｡");
  CHECK(one(1, 0xdf) == "ﾟ");
  CHECK(one(1, 0xe0) == "═");
  CHECK(one(1, 0xfe) == "▓");
  CHECK(printed("\x1bt\x01"
                "2026\xf2"
                "11\xf3"
                "24\xf4 8\xf5"
                "15\xf6 380\xf1\n"s) == "2026年11月24日 8時15分 380円\n");
  CHECK(one(2, 0xd5) == "ı");
  CHECK(one(3, 0x84) == "ã");
  CHECK(one(4, 0x8f) == "§");
  CHECK(one(5, 0x9b) == "ø");
  CHECK(one(16, 0x80) == "€");
  CHECK(one(17, 0x80) == "А");
  CHECK(one(18, 0x9f) == "č");
  CHECK(one(18, 0xaa) == "¬");
  CHECK(one(44, 0xfa) == "·");
  CHECK(one(44, 0xfb) == "√");
  // What a page leaves free is no control character.
  CHECK(one(16, 0x81) == "\ufffd");
  CHECK(one(21, 0x90) == "\ufffd");
  CHECK(one(21, 0xfc) == "\ufffd");
  CHECK(one(47, 0x9f) == "\ufffd");
  CHECK(one(19, 0xd5) == "€");
  CHECK(one(21, 0xb9) == "น");
  CHECK(one(46, 0xcf) == "П");
}

TEST_CASE("escpos: bytes of a table that nobody knows are shown as they are, and a profile can name the table") {
  CHECK(printed("a\x1bt\xffx\xd5\n\x1b"
                "E\x01"
                "b\n"s) == "a<table 255: 78d50a><table 255: 620a>");
  CHECK(only_receipt("a\x1bt\xffx\xd5\n\x1b"
                     "E\x01"
                     "b\n"s)
            .lines == std::vector<Line>{{"ax\ufffd"}, {"b"}});
  TextSettings settings;
  settings.tables[255] = "windows-1252";
  CHECK(printed("\x1bt\xff"
                "e\xe9\n"s,
                settings) == "eé\n");
}

TEST_CASE("escpos: national letters in place of ASCII's brackets") {
  CHECK(printed("\x1bR\x02[\\]{|}~@\n"s) == "ÄÖÜäöüß§\n");
  CHECK(printed("\x1bR\x03#5\x1bR\x00#\n"s) == "£5#\n");
}

TEST_CASE("escpos: two-byte letters, from the start or by FS &, and out of it by FS .") {
  TextSettings chinese;
  chinese.two_byte_at_start = true;
  const std::string coffee = "\xc4\xc3\xcc\xfa";  // 拿铁 in GBK
  CHECK(printed(coffee + " 28.00\n", chinese) == "拿铁 28.00\n");
  CHECK(printed("\x1c.\x84\x1c&" + coffee + "\n", chinese) == "ä拿铁\n");
  CHECK(printed("\x1c&\x81\x30\x81\x30\n"s) == "\u0080\n");  // four bytes of GB 18030
  CHECK(printed("\x1c&\xc4\x1b"
                "E\x01\xc3\n"s)
            .find("拿") == std::string::npos);  // half a letter
  TextSettings japanese;
  japanese.two_byte = "shift_jis";
  CHECK(printed("\x1c&\x1c"
                "C\x01\x93\xfa\x96\x7b\n"s,
                japanese) == "日本\n");
  CHECK(printed("\x1c&\x1c"
                "C\x00\x46\x7c\x4b\x5c\x1c.ok\n"s,
                japanese) == "日本ok\n");
}

TEST_CASE("escpos: printers of UTF-8, by the profile or by FS ( C") {
  TextSettings settings;
  settings.encoding = "utf-8";
  CHECK(printed("\x1bt\x10"
                "caf\xc3\xa9 \xe2\x82\xac\xff\n"s,
                settings) == "café €\ufffd\n");
  CHECK(printed("\xc3\xa9\x1c(C\x02\x00\x30\x02\xc3\xa9\n"s) == "├⌐é\n");
}

TEST_CASE("escpos: glyphs that the job draws itself say nothing, the others do") {
  const std::string define =
      "\x1b&\x01"
      "AB\x02\x1b\x0a\x01\x20"s;  // one byte high: A is 2 wide and B 1
  CHECK(printed(define + "ABC\n\x1b%\x01"
                         "ABC\n\x1b?A"
                         "ABC\n\x1b%\x00"
                         "ABC\n"s) == "ABC\n\ufffd\ufffdC\nA\ufffdC\nABC\n");
}

TEST_CASE("escpos: pictures are passed over, whatever their bytes look like") {
  const std::string evil = "\x1bV\n\x1d";  // five bytes that would be text and commands
  const auto repeat = [&](std::size_t bytes) {
    std::string all;
    while (all.size() < bytes) all += evil;
    return all.substr(0, bytes);
  };
  CHECK(printed("a\x1dv0\x00\x05\x00\x02\x00"s + repeat(10) + "b") == "ab");
  CHECK(printed("a\x1b*\x21\x05\x00"s + repeat(15) + "b") == "ab");
  CHECK(printed("a\x1b*\x00\x05\x00"s + repeat(5) + "b") == "ab");
  CHECK(printed("a\x1d(L\x0a\x00"s + repeat(10) + "b") == "ab");
  CHECK(printed("a\x1d"
                "8L\x0a\x00\x00\x00"s +
                repeat(10) + "b") == "ab");
  CHECK(printed("a\x1d*\x01\x02"s + repeat(16) + "b") == "ab");
  CHECK(printed("a\x1cq\x02\x01\x00\x01\x00"s + repeat(8) + "\x01\x00\x02\x00"s + repeat(16) + "b") == "ab");
  CHECK(printed("a\x1d"
                "D0C0AB01BM\x14\x00\x00\x00"s +
                repeat(14) + "b") == "ab");
  CHECK(printed("a\x1dQ0\x00\x05\x00\x02\x00"s + repeat(10) + "b") == "ab");
  CHECK(printed("a\x1cp\x01\x00"
                "b"s) == "ab");
}

TEST_CASE("escpos: parameters are never text, at the end of a job neither") {
  CHECK(printed("a\x1b$A0b"s) == "a" + std::string(1024 - 1, ' ') + "b");
  CHECK(printed("\x1b"
                "c5\x01"
                "a\x1d"
                "C0AA\x1d"
                "C1AAAAAA\x1d"
                "C;1;2;3;4;5;b"s) == "ab");
  CHECK(printed("\x10\x04\x01\x10\x04\x08\x03\x10\x05\x01\x10\x14\x08"
                "1234567a"s) == "a");
  CHECK(printed("\x1bWABCDEFGHa\x1dgAAAAb"s) == "ab");
  CHECK(printed("\x1b(A\x03\x00"
                "abcd"s) == "d");
  for (const std::string& job : {"\x1b"s, "a\x1b*"s, "\x1d(L\xff\xff"s,
                                 "\x1d"
                                 "8L\xff\xff\xff\xff"s,
                                 "\x1b&"s, "\x1cq\xff"s, "\x1dk"s, "\x1d(k\x03"s, "\x1dv0\x00\xff\xff\xff\xff"s,
                                 "\x1b"
                                 "D\x01"s,
                                 "\x10"s,
                                 "\x1d"
                                 "D0C0AB01BM"s}) {
    CHECK(printed(job).size() <= 1);
  }
}

TEST_CASE("escpos: double width doubles the columns, which places behind it count") {
  const Receipt receipt = only_receipt(
      "\x1b!\x20Total\x1b!\x00\x1b$\x80\x01"
      "14.25\n\x1d!\x11"
      "Hi\n"s);
  REQUIRE(receipt.lines.size() == 2);
  CHECK(receipt.lines[0] == Line{"Total" + std::string(32 - 10, ' ') + "14.25", 2, 1});
  CHECK(receipt.lines[1] == Line{"Hi", 2, 2});
  CHECK(only_receipt("\x1c&\xc4\xc3\x1b$\x30\x00"
                     "1\n"s)
            .lines[0]
            .text == "拿  1");
}

TEST_CASE("escpos: columns by tab stops and by places in dots, in whatever order they are printed") {
  CHECK(printed("a\tb\tc\n") == "a       b       c\n");
  CHECK(printed("\x1b"
                "D\x04\x14\x00"
                "ab\tc\td\te\n"s) == "ab  c               de\n");
  CHECK(printed("\x1b$\xf0\x00"
                "4.00\x1b$\x00\x00"
                "Coffee\n"s) == "Coffee              4.00\n");
  CHECK(printed("a\x1b\\\x24\x00"
                "b\n"s) == "a   b\n");
  CHECK(printed("Tea\x1b$\x00\x00Tea\n"s) == "Tea\n");  // struck twice
  CHECK(printed("Coffee\x1b$\x18\x00"
                "1.00\n"s) == "Coffee 1.00\n");  // what overlaps stays apart
}

TEST_CASE("escpos: line ends") {
  CHECK(printed("a\r\nb\n\rc\rd\r\x1b"
                "E\x01\ne") == "a\nb\nc\nd\ne");
  CHECK(printed("a\x1b"
                "d\x03"
                "b\x1bJ\x40"
                "c\x1bJ\x40\x1bJ\x40"
                "d\x0c"
                "e"s) == "a\n\n\nb\nc\nd\ne");
}

TEST_CASE("escpos: what was not printed yet when the printer is reset is not on paper") {
  CHECK(printed("gone\x1b@here\n") == "here\n");
}

TEST_CASE("escpos: text for the customer's display is not on the receipt") {
  CHECK(printed("a\n\x1b=\x02TOTAL 5.00\n\x1b@\x1b=\x01"
                "b\n"s) == "a\nb\n");
}

TEST_CASE("escpos: a page is printed when it ends, or never") {
  CHECK(printed("\x1bLa\n\x1d$\x40\x00"
                "b\x1d$\x80\x00"
                "c\x0c"
                "d\n"s) == "a\nb\nc\nd\n");
  CHECK(printed("x\n\x1bLa\nb\x18"
                "c\x0c"
                "d\n"s) == "x\nc\nd\n");
  CHECK(printed("x\n\x1bLa\nb\x1bSd\n"s) == "x\nd\n");
  CHECK(only_receipt("x\n\x1bLa\nb\x1bSd\n"s).lines == std::vector<Line>{{"x"}, {"d"}});
  const std::string code =
      "\x1dk\x02"
      "4006381333931\x00"s;
  for (const std::string end : {"\x18", "\x1bS"}) {
    const Receipt receipt = only_receipt(code + "x\n\x1bLa\n" + code + end + "d\n");
    CHECK(receipt.codes == std::vector<Code>{{"ean13", "4006381333931", 0}});
  }
}

TEST_CASE("escpos: a job of several receipts is parted at its cuts, whichever command makes them") {
  const std::string job = "one\n\x1dV\x00two\n\x1dVA\x03three\n\x1bifour\n\x1bmfive\n\x1d(V\x02\x00\x30\x00six\n"s;
  const auto all = read_receipts(bytes(job), {});
  REQUIRE(all.size() == 6);
  const std::vector<std::string> expected{"one", "two", "three", "four", "five", "six"};
  std::size_t begin = 0;
  for (std::size_t i = 0; i < 6; ++i) {
    CHECK(all[i].lines == std::vector<Line>{{expected[i]}});
    CHECK(all[i].is_cut == (i < 5));
    CHECK(all[i].begin == begin);
    begin = all[i].end;
    CHECK(job.substr(all[i].begin, expected[i].size()) == expected[i]);
  }
  CHECK(begin == job.size());
}

TEST_CASE("escpos: a pulse behind the cut opened the drawer of the receipt before it") {
  const auto all = read_receipts(bytes("\x1bp\x00\x19\x19"
                                       "a\n\x1dV\x00\x1bp0<x"s),
                                 {});
  REQUIRE(all.size() == 2);
  CHECK(all[0].drawer_pulses == 2);
  CHECK(all[1].is_blank());
  CHECK(read_receipts(bytes("\x10\x14\x01\x00\x01"s), {})[0].drawer_pulses == 1);
}

TEST_CASE("escpos: barcodes and two-dimensional codes are kept by what they say") {
  const std::string job =
      "Bon 7\n"
      "\x1dk\x02"
      "4006381333931\x00"
      "\x1dk\x49\x05{B123"
      "\x1d(k\x08\x00\x31P0hello\x1d(k\x03\x00\x31Q0"
      "\x1d(k\x06\x00\x30P0abc\x1d(k\x03\x00\x30Q0\x1d(k\x03\x00\x31Q0"
      "\x1bZ\x00\x00\x00\x02\x00ok"
      "end\n"s;
  const Receipt receipt = only_receipt(job);
  CHECK(receipt.codes == std::vector<Code>{{"ean13", "4006381333931", 1},
                                           {"code128", "123", 1},
                                           {"qr", "hello", 1},
                                           {"pdf417", "abc", 1},
                                           {"qr", "hello", 1},
                                           {"qr", "ok", 1}});
  CHECK(receipt.lines == std::vector<Line>{{"Bon 7"}, {"end"}});
}

TEST_CASE("escpos: a job that asks for more paper than a job can is refused, before it fills the memory") {
  const auto repeat = [](const std::string& text, int times) {
    std::string all;
    for (int i = 0; i < times; ++i) all += text;
    return all;
  };
  CHECK_THROWS_WITH(read_receipts(bytes(repeat("\x1b"
                                               "d\xff"s,
                                               100)),
                                  {}),
                    "the job feeds more than 20000 lines");
  CHECK_THROWS_WITH(printed_text(bytes(repeat("\n", 20'001)), {}), "the job feeds more than 20000 lines");
  CHECK_THROWS_WITH(read_receipts(bytes(repeat("\x1dV\x00"s, 1'001)), {}), "the job has more than 1000 cuts");
  CHECK_THROWS_WITH(read_receipts(bytes("\x1d(k\x04\x00\x31P0a"s + repeat("\x1d(k\x03\x00\x31Q0"s, 1'001)), {}),
                    "the job has more than 1000 barcodes");
}

}  // namespace
}  // namespace greentill::escpos
