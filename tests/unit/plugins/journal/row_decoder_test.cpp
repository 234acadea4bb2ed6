// SPDX-License-Identifier: Apache-2.0
#include "plugins/journal/row_decoder.hpp"

#include <doctest/doctest.h>

#include "tests/unit/plugins/journal/decoding.hpp"

namespace greentill::journal {
namespace {

using namespace test;

Found plain(const std::string& text) { return decode(*plain_decoder(), text); }

TEST_CASE("rows: the header is no row, whatever its order, and columns nobody asked for do no harm") {
  CHECK(plain(kPlainHeader + "a,08:00,08:10,900\nb,9:00,9:10,0\n") == Found{"a", "b"});
  CHECK(plain("metres,note,to,from,id\n900,hello,08:10,08:00,a\n") == Found{"a"});
  CHECK(plain("\n\r\n\"id\", from ,to,metres\r\n\r\na,08:00,08:10,900\r\n") == Found{"a"});
  CHECK(plain(kPlainHeader).empty());
}

TEST_CASE("rows: a byte order mark is not part of the first column's name") {
  CHECK(plain("\xef\xbb\xbf" + kPlainHeader + "a,08:00,08:10,900\n") == Found{"a"});
  CHECK(decode(*json_decoder(), "\xef\xbb\xbf{\"issuer\":\"i\",\"event_id\":\"e\",\"kind\":\"sale\",\"begin\":0}\n") ==
        Found{"e"});
  // Later it is, and such a row is not understood rather than guessed at.
  CHECK(plain(kPlainHeader + "\xef\xbb\xbf"
                             "a,08:00,08:10,900\n") == Found{"\xef\xbb\xbf"
                                                             "a"});
}

TEST_CASE("rows: the next file may have another header") {
  const auto decoder = plain_decoder();
  CHECK(decode(*decoder, kPlainHeader + "a,08:00,08:10,900\n") == Found{"a"});
  CHECK(decode(*decoder, "from,to,id,weather,metres\n08:00,08:10,b,rain,900\n") == Found{"b"});
}

TEST_CASE("rows: a header written once more within the file is rejected, and the rows behind it are not") {
  CHECK(plain(kPlainHeader + "a,08:00,08:10,900\n" + kPlainHeader + "b,08:00,08:10,900\n") ==
        Found{"a", "3: column 'from': it matches none of the mapping's time formats", "b"});
}

TEST_CASE("rows: a header that lacks a column, or has it twice, ends the file with the column's name") {
  CHECK_THROWS_WITH(plain("id,from,to\na,08:00,08:10\n"), "the header lacks the column 'metres'; it has 'id', 'from', 'to'");
  CHECK_THROWS_WITH(plain("id,from,to,Metres\n"), "the header lacks the column 'metres'; it has 'id', 'from', 'to', 'Metres'");
  CHECK_THROWS_WITH(
      plain("id,from,to,a\xc2\x9b"
            "2J,\"b\nc\"\n"),
      "the header lacks the column 'metres'; it has 'id', 'from', 'to', one that cannot be shown, one that cannot be shown");
  CHECK_THROWS_WITH(plain("id,from,to,metres,id\n"), "the header has the column 'id' twice");
  // Semicolons where commas are expected: one column of an odd name.
  CHECK_THROWS_WITH(plain("id;from;to;metres\n"),
                    "the header lacks the column 'from', and all others of the mapping: the first line may be no header, or its "
                    "fields not be separated by ','");
  // A file without a header: its first row is somebody's ride, and nothing of it is repeated.
  const std::string name = "Jo Rider";
  try {
    plain(name + ",08:00,08:10,900\n");
    FAIL("a ride was taken for a header");
  } catch (const std::runtime_error& error) {
    CHECK(std::string(error.what()).find(name) == std::string::npos);
  }
}

TEST_CASE("rows: ragged rows are rejected with their line, and the others count") {
  CHECK(plain(kPlainHeader + "a,08:00,08:10\nb,08:00,08:10,900\nc,08:00,08:10,900,\n") ==
        Found{"2: it has 3 fields, the header has 4", "b", "4: it has 5 fields, the header has 4"});
}

TEST_CASE("rows: what cannot be a transaction says which column and why") {
  const auto problem = [](const std::string& row) {
    const Found found = plain(kPlainHeader + row + "\n");
    REQUIRE(found.size() == 1);
    return found[0];
  };
  CHECK(problem(",08:00,08:10,900") == "2: column 'id': is empty");
  CHECK(problem("a,,08:10,900") == "2: column 'from': is empty");
  CHECK(problem("a,08:00,8h,900") == "2: column 'to': it matches none of the mapping's time formats");
  CHECK(problem("a,08:00,07:59,900") == "2: column 'to': it is before the begin");
  CHECK(problem("a,08:00,08:10,") == "2: column 'metres': is empty");
  CHECK(problem("a,08:00,08:10,-1") == "2: column 'metres': it is no amount");
  CHECK(problem("a,08:00,08:10,1e3") == "2: column 'metres': it is no amount");
  CHECK(problem("a,08:00,08:10,\"1,900\"") == "2: column 'metres': it is no amount");
  CHECK(problem("\xff,08:00,08:10,900") == "2: it is not UTF-8");
  CHECK(problem("\xc0\xaf,08:00,08:10,900") == "2: it is not UTF-8");
  CHECK(problem("\xed\xa0\x80,08:00,08:10,900") == "2: it is not UTF-8");
  CHECK(problem(std::string(129, 'x') + ",08:00,08:10,900") == "2: event_id: must be at most 128 bytes long");
}

TEST_CASE("rows: a stray quote costs its own line, not the rows that it swallows") {
  // Closed by the next row's own quotes: together they have too many fields.
  CHECK(plain(kPlainHeader + "\"a,08:00,08:10,900\n\"b\",08:00,08:10,900\nc,08:00,08:10,900\n") ==
        Found{"2: a quote is not closed within 16 lines and 256 KiB", "b", "c"});
  CHECK(plain(kPlainHeader + "a,08:00,08:10,\"900\nb,08:00,08:10,900\n") ==
        Found{"2: a quote is not closed within 16 lines and 256 KiB", "b"});
  std::string many = kPlainHeader + "\"a,08:00,08:10,900\n";
  Found expected{"2: a quote is not closed within 16 lines and 256 KiB"};
  for (int i = 0; i < 40; ++i) {
    many += std::to_string(i) + ",08:00,08:10,900\n";
    expected.push_back(std::to_string(i));
  }
  CHECK(plain(many) == expected);
}

TEST_CASE("rows: a row of several lines is one row, and lines are counted through it") {
  CHECK(plain("id,from,to,metres,note\na,08:00,08:10,900,\"two\nlines\"\nb,08:00,08:10,x,\n") ==
        Found{"a", "4: column 'metres': it is no amount"});
  // Its own contents make it unusable, and its lines are not tried as rows: nobody reports a ride in a note.
  CHECK(plain("id,from,to,metres,note\na,08:00,08:10,,\"x\nb,08:00,08:10,900,\n\"\n") == Found{"2: column 'metres': is empty"});
}

TEST_CASE("rows: one beyond 256 KiB is given up, whether it has an end or not") {
  const std::string huge(kMaxRowBytes, 'x');
  CHECK(plain(kPlainHeader + huge + ",08:00,08:10,900\nb,08:00,08:10,900\n") == Found{"2: it is longer than 256 KiB", "b"});
  const Found found = decode(*json_decoder(), huge + huge + "\n{}\n");
  REQUIRE(found.size() >= 2);
  CHECK(found.back() == "2: issuer: is required");
}

TEST_CASE("rows: pieces of any size give the same rows") {
  const std::string text =
      "\xef\xbb\xbf\r\nid,from,to,metres,note\r\na,08:00,08:10,900,\"two\nlines, \"\"quoted\"\"\"\r\n\nb,8:00\n"
      "\"c,08:00,08:10,900,\n\"d\",08:00,08:10,900,\"\"\ne,08:00,08:10,900,\xff\nf,08:00,08:10,900,last";
  const Found whole = plain(text);
  CHECK(whole.size() == 6);
  for (std::size_t step = 1; step < text.size(); ++step) {
    CAPTURE(step);
    CHECK(decode(*plain_decoder(), text, step) == whole);
  }
}

TEST_CASE("rows: one of too many lines is given up for that alone, whatever else is wrong with it and however it comes") {
  const std::string lines(kMaxRowLines + 1, '\n');
  for (const std::string& row : {"a,\"" + lines + "\"\n", "a,\"" + lines + "\"\rb\n"}) {
    const std::string text = kPlainHeader + row;
    const Found whole = plain(text);
    REQUIRE(!whole.empty());
    CHECK(whole[0] == "2: a quote is not closed within 16 lines and 256 KiB");
    for (std::size_t step = 1; step < text.size(); ++step) CHECK(decode(*plain_decoder(), text, step) == whole);
  }
}

TEST_CASE("rows: a last line without its end counts once nothing follows any more") {
  CHECK(plain(kPlainHeader + "a,08:00,08:10,900") == Found{"a"});
  const auto decoder = plain_decoder();
  decoder->begin_file();
  CHECK(decoder->next(kPlainHeader, false)->size == kPlainHeader.size());
  CHECK(!decoder->next("a,08:00,08:10,900", false));
  CHECK(decoder->abandoned("a,08:00,08:10,9").problem == "the file was rotated before the end of this line was written");
  CHECK(decoder->abandoned("\"a,08:00\nb\n").size == 9);
}

TEST_CASE("rows: a line that states the separator holds for its file alone, whatever the mapping says") {
  const std::string header = "id;from;to;metres\n";
  for (const char* stated : {"sep=;\n", "SEP=;\r\n", "\"sep=;\"\n", "\xef\xbb\xbfsep=;\n"}) {
    CAPTURE(stated);
    const auto decoder = plain_decoder();
    CHECK(decode(*decoder, stated + header + "a;08:00;08:10;900\nb;08:00;08:10;x\n") ==
          Found{"a", "4: column 'metres': it is no amount"});
    CHECK(decode(*decoder, kPlainHeader + "c,08:00,08:10,900\n") == Found{"c"});
  }
  CHECK(plain("sep=\t\nid\tfrom\tto\tmetres\na\t08:00\t08:10\t900\n") == Found{"a"});
  CHECK_THROWS_WITH(plain("sep=;;\n" + header), doctest::Contains("the header lacks the column 'from'"));
}

TEST_CASE("rows: carriage returns alone end lines where they end the first one, and are counted as lines") {
  const auto as_old_mac = [](std::string text) {
    std::replace(text.begin(), text.end(), '\n', '\r');
    return text;
  };
  const std::string text = kPlainHeader + "a,08:00,08:10,900\nb,08:00,08:10,x\n\nc,08:00,08:10,900";
  const Found expected{"a", "3: column 'metres': it is no amount", "c"};
  CHECK(plain(as_old_mac(text)) == expected);
  CHECK(plain("\xef\xbb\xbf" + as_old_mac(text)) == expected);
  CHECK(plain(as_old_mac("sep=;\nid;from;to;metres\na;08:00;08:10;900\n")) == Found{"a"});
  // Line ends that a conversion doubled.
  CHECK(plain("id,from,to,metres\r\r\na,08:00,08:10,900\r\r\n") == Found{"a"});
  // Where line feeds end the first line, a carriage return within a row is a fault of that row.
  CHECK(plain(kPlainHeader + "a,08:00,08:10,900\rb,08:00,08:10,900\nc,08:00,08:10,900\n") ==
        Found{"2: it has carriage returns for line ends in it", "c"});
  for (std::size_t step = 1; step < text.size(); ++step) CHECK(decode(*plain_decoder(), as_old_mac(text), step) == expected);
}

/// ASCII text in UTF-16.
std::string utf16(std::string_view text, bool big_endian) {
  std::string bytes;
  for (const char c : text) bytes += big_endian ? std::string{'\0', c} : std::string{c, '\0'};
  return bytes;
}

TEST_CASE("rows: UTF-16 in either order, by its mark or by the mapping's key, in whatever pieces it comes") {
  const std::string text = kPlainHeader + "a,08:00,08:10,900\r\n\"b\n1\",08:00,08:10,x\nc,08:00,08:10,900";
  const Found expected{"a", "3: column 'metres': it is no amount", "c"};
  CHECK(decode(*plain_decoder(), "\xff\xfe" + utf16(text, false)) == expected);
  CHECK(decode(*plain_decoder(), "\xfe\xff" + utf16(text, true)) == expected);
  CHECK(decode(*plain_decoder("encoding = \"utf-16le\"\n"), utf16(text, false)) == expected);
  CHECK(decode(*plain_decoder("encoding = \"UTF-16BE\"\n"), utf16(text, true)) == expected);
  CHECK(decode(*plain_decoder("encoding = \"utf-16\"\n"), "\xfe\xff" + utf16(text, true)) == expected);
  const std::string marked = "\xff\xfe" + utf16(text, false);
  for (std::size_t step = 1; step < marked.size(); ++step) {
    CAPTURE(step);
    CHECK(decode(*plain_decoder(), marked, step) == expected);
  }
  // Half a character at the end.
  CHECK(decode(*plain_decoder(), marked + "x") == Found{"a", "3: column 'metres': it is no amount", "5: it is not utf-16le"});
}

TEST_CASE("rows: sizes are those of the file's own bytes, so that a place in it leads back to its row") {
  const auto decoder = plain_decoder();
  const std::string bytes = "\xff\xfe" + utf16(kPlainHeader + "a,08:00,08:10,900\n", false);
  decoder->begin_file();
  const auto header = decoder->next(bytes, false);
  REQUIRE(header);
  CHECK(header->size == 2 + 2 * kPlainHeader.size());
  CHECK(header->lines == 1);
  CHECK(decoder->next(std::string_view(bytes).substr(header->size), false)->size == bytes.size() - header->size);
  CHECK(decoder->abandoned(utf16("x,y\nz", false)).size == 8);
}

TEST_CASE("rows: other encodings by the mapping's key, and rows that are none of it") {
  const auto found = [](const std::string& encoding, const std::string& rows) {
    return decode(*plain_decoder("encoding = \"" + encoding + "\"\n"), kPlainHeader + rows);
  };
  CHECK(found("latin-1", "\xe9t\xe9,08:00,08:10,900\n") == Found{"été"});
  CHECK(found("iso-8859-15", "\xa4,08:00,08:10,900\n") == Found{"€"});
  CHECK(found("windows-1252", "\x80,08:00,08:10,900\n") == Found{"€"});
  CHECK(found("cp949", "\xbc\xad\xbf\xef\x8c\x63,08:00,08:10,900\n") == Found{"서울똠"});  // the last one is beyond KS X 1001
  CHECK(found("EUC-KR", "\xbc\xad\xbf\xef,08:00,08:10,900\n") == Found{"서울"});
  CHECK(found("Shift_JIS", "\x93\x8c\x8b\x9e\x94\x5c,08:00,08:10,900\n") == Found{"東京能"});  // its last byte is '\\'
  CHECK(found("GB18030", "\xb1\xb1\xbe\xa9,08:00,08:10,900\n") == Found{"北京"});
  CHECK(found("gb2312", "\xb1\xb1\xbe\xa9,08:00,08:10,900\n") == Found{"北京"});
  CHECK(found("utf-8", "é,08:00,08:10,900\n") == Found{"é"});
  CHECK(found("cp949", "\xb0,08:00,08:10,900\nb,08:00,08:10,900\n") == Found{"2: it is not cp949", "b"});
  CHECK(found("utf-7", "+AAo-,08:00,08:10,900\nb,08:00,08:10,900\n") == Found{"2: it has 1 fields, the header has 4", "b"});
  // A mark at the begin knows better than the key.
  CHECK(decode(*plain_decoder("encoding = \"cp949\"\n"), "\xef\xbb\xbf" + kPlainHeader + "é,08:00,08:10,900\n") == Found{"é"});
  // A header that is not read as the mapping says.
  CHECK_THROWS_WITH(plain("id,from,to,m\xe9tres\n"),
                    doctest::Contains("it is not UTF-8: the mapping's 'encoding' says what it is"));
}

TEST_CASE("rows: lines of JSON, blank ones passed over, broken ones named") {
  const std::string good = R"({"issuer":"i","event_id":"e","kind":"sale","begin":0})";
  CHECK(decode(*json_decoder(), "\n" + good + "\r\n  \n{\n" + good) ==
        Found{"e", "4: it is not JSON from character 1 of the line on", "e"});
  CHECK(decode(*json_decoder(), "\"\xff\"\n") == Found{"1: it is not UTF-8"});
}

TEST_CASE("rows: the row behind a block of NULs is read, and one that breaks off at it is given up alone") {
  const std::string nuls(4096, '\0');
  const std::string told = "left out: NULs, as a power cut leaves them: the row behind them is read";
  const std::string good = R"({"issuer":"i","event_id":"e","kind":"sale","begin":0})"
                           "\n";
  CHECK(decode(*json_decoder(), good + nuls + good) == Found{"e", "2: " + told, "e"});
  CHECK(decode(*json_decoder(), good + R"({"issuer":"i)" + nuls + good) ==
        Found{"e", "2: it breaks off at NULs, as a power cut leaves them", "2: " + told, "e"});
  CHECK(decode(*json_decoder(), nuls + good) == Found{"1: " + told, "e"});

  const std::string row = "a,08:00,08:10,900\n";
  const Found expected{"a", "3: it breaks off at NULs, as a power cut leaves them", "3: " + told, "a"};
  const std::string text = kPlainHeader + row + "b,08:0" + std::string(7, '\0') + row;
  CHECK(plain(text) == expected);
  CHECK(decode(*plain_decoder("encoding = \"latin-1\"\n"), text) == expected);
  CHECK(decode(*plain_decoder(), "\xfe\xff" + utf16(text, true)) == expected);
  CHECK(decode(*plain_decoder(), "\xff\xfe" + utf16(text, false)) == expected);
  for (std::size_t step = 1; step < text.size(); ++step) {
    CAPTURE(step);
    CHECK(decode(*plain_decoder(), text, step) == expected);
    CHECK(decode(*plain_decoder(), "\xfe\xff" + utf16(text, true), step) == expected);
    CHECK(decode(*plain_decoder(), "\xff\xfe" + utf16(text, false), step) == expected);
  }
}

TEST_CASE("rows: NULs at the end may be room for rows to come, until the file is over") {
  const auto decoder = json_decoder();
  const std::string nuls(100, '\0');
  decoder->begin_file();
  CHECK(!decoder->next(nuls, false));
  const auto over = decoder->next(nuls, true);
  REQUIRE(over);
  CHECK(over->left_out);
  CHECK(over->size == 100);
  CHECK(decoder->abandoned(nuls).left_out);
  CHECK(decoder->next(std::string(kMaxRowBytes, '\0'), false)->size == kMaxRowBytes);
}

}  // namespace
}  // namespace greentill::journal
