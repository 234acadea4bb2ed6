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
        Found{"a", "3: column 'from': 'from' matches none of the mapping's time formats", "b"});
}

TEST_CASE("rows: a header that lacks a column, or has it twice, ends the file with the column's name") {
  CHECK_THROWS_WITH(plain("id,from,to\na,08:00,08:10\n"), "the header lacks the column 'metres'");
  CHECK_THROWS_WITH(plain("id,from,to,Metres\n"), "the header lacks the column 'metres'");
  CHECK_THROWS_WITH(plain("id,from,to,metres,id\n"), "the header has the column 'id' twice");
  // Semicolons where commas are expected: one column of an odd name.
  CHECK_THROWS_WITH(plain("id;from;to;metres\n"), "the header lacks the column 'from'");
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
  CHECK(problem("a,08:00,8h,900") == "2: column 'to': '8h' matches none of the mapping's time formats");
  CHECK(problem("a,08:00,07:59,900") == "2: column 'to': '07:59' is before the begin");
  CHECK(problem("a,08:00,08:10,") == "2: column 'metres': is empty");
  CHECK(problem("a,08:00,08:10,-1") == "2: column 'metres': '-1' is no amount");
  CHECK(problem("a,08:00,08:10,1e3") == "2: column 'metres': '1e3' is no amount");
  CHECK(problem("a,08:00,08:10,\"1,900\"") == "2: column 'metres': '1,900' is no amount");
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
        Found{"a", "4: column 'metres': 'x' is no amount"});
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
  CHECK(abandoned_line("a,08:00,08:10,9").problem == "the file was rotated before the end of this line was written");
  CHECK(abandoned_line("\"a,08:00\nb\n").size == 9);
}

TEST_CASE("rows: lines of JSON, blank ones passed over, broken ones named") {
  const std::string good = R"({"issuer":"i","event_id":"e","kind":"sale","begin":0})";
  CHECK(decode(*json_decoder(), "\n" + good + "\r\n  \n{\n" + good) ==
        Found{"e", "4: it is not JSON from character 1 of the line on", "e"});
  CHECK(decode(*json_decoder(), "\"\xff\"\n") == Found{"1: it is not UTF-8"});
}

}  // namespace
}  // namespace greentill::journal
