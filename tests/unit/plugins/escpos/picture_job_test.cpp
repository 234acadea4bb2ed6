// SPDX-License-Identifier: Apache-2.0
// What is drawn on a receipt, by every command that draws: shown here as "#" and ".", a row a line.
#include "plugins/escpos/picture_job.hpp"

#include <doctest/doctest.h>

#include "plugins/common/values/limits.hpp"
#include "plugins/escpos/job.hpp"
#include "tests/unit/plugins/escpos/jobs.hpp"

namespace greentill::escpos::picture_job_test {
namespace {

using namespace std::string_literals;
using test::bytes;

std::string shown(const picture::Bitmap& bitmap) {
  std::string all;
  for (std::size_t y = 0; y < bitmap.height; ++y) {
    for (std::size_t x = 0; x < bitmap.width; ++x) all += bitmap.at(x, y) ? '#' : '.';
    all += '\n';
  }
  return all;
}

std::string drawn(const std::string& job) {
  Receipt whole;
  whole.end = job.size();
  return shown(PictureJob(job).on(whole));
}

std::string repeated(const std::string& text, std::size_t times) {
  std::string all;
  for (std::size_t i = 0; i < times; ++i) all += text;
  return all;
}

std::string two(std::size_t number) { return {static_cast<char>(number & 0xff), static_cast<char>(number >> 8)}; }

/// GS v 0: `width` in bytes.
std::string raster(std::size_t width, std::size_t rows, const std::string& data, char mode = 0) {
  return "\x1dv0"s + mode + two(width) + two(rows) + data;
}
/// GS ( L, function 112 or 113, of `width` dots.
std::string stored(char function, std::size_t width, std::size_t rows, const std::string& data, char tone = 48, char colour = 49,
                   const std::string& scale = "\x01\x01") {
  const std::string parameters = "0"s + function + tone + scale + colour + two(width) + two(rows) + data;
  return "\x1d(L" + two(parameters.size()) + parameters;
}
const std::string kPrint =
    "\x1d(L\x02\x00"
    "02"s;

TEST_CASE("pictures: GS v 0 draws rows, also of twice the width or height") {
  CHECK(drawn(raster(1, 2, "\xf0\x81"s)) == "####....\n#......#\n");
  CHECK(drawn(raster(2, 1, "\x80\x01"s)) == "#..............#\n");
  CHECK(drawn(raster(1, 1, "\xa0"s, 1)) == "##..##..........\n");
  CHECK(drawn(raster(1, 1, "\xa0"s, '2')) == "#.#.....\n#.#.....\n");
  CHECK(drawn(raster(1, 1, "\xa0"s, 3)) == "##..##..........\n##..##..........\n");
}

TEST_CASE("pictures: strips come out as the one picture that they were cut from, however they were sent") {
  const std::string whole = "########\n#.#.#.#.\n.#.#.#.#\n########\n";
  CHECK(drawn(raster(1, 4, "\xff\xaa\x55\xff"s)) == whole);
  CHECK(drawn("\x1b@\x1b"
              "a\x01"s +
              raster(1, 1, "\xff"s) + raster(1, 2, "\xaa\x55"s) + raster(1, 1, "\xff"s)) == whole);
  CHECK(drawn(stored(112, 8, 2, "\xff\xaa"s) + kPrint + stored(112, 8, 2, "\x55\xff"s) + kPrint) == whole);
  CHECK(drawn(raster(1, 2, "\xff\xaa"s) + stored(112, 8, 2, "\x55\xff"s) + kPrint) == whole);
}

TEST_CASE("pictures: graphics that are stored and printed, in rows and columns, of odd widths, enlarged") {
  CHECK(drawn(stored(112, 11, 2, "\xff\xff\x00\x20"s) + kPrint) == "###########\n..........#\n");
  CHECK(drawn(stored(113, 3, 8, "\x80\x40\x01"s) + kPrint) == "#..\n.#.\n...\n...\n...\n...\n...\n..#\n");
  CHECK(drawn(stored(112, 2, 1, "\x40"s, 48, 49, "\x02\x02") + kPrint) == "..##\n..##\n");
  const std::string parameters =
      "0p0\x01\x01"
      "1" +
      two(8) + two(1) + "\xc3";
  CHECK(drawn("\x1d"
              "8L"s +
              two(parameters.size()) + two(0) + parameters + kPrint) == "##....##\n");
  CHECK(drawn(stored(112, 8, 1, "\xff"s)).empty());  // never printed
  CHECK(drawn(kPrint).empty());
}

TEST_CASE("pictures: what comes in several colours is one picture, and of tones only the dark ones are letters") {
  CHECK(drawn(stored(112, 8, 1, "\xf0"s) + stored(112, 8, 1, "\x03"s, 48, 50) + kPrint) == "####..##\n");
  std::string planes;
  for (const char plane : "\xf0\xf0\xc0\x80"s)
    planes += stored(112, 8, 1, {plane}, 52, static_cast<char>(49 + planes.size() % 4));
  CHECK(drawn(planes + kPrint) == "##......\n");  // in all four planes, in three; those in two are grey
}

TEST_CASE("pictures: graphics that are kept under a key, or in the printer's memory, are drawn where they are called for") {
  const auto keep = [](char function, const std::string& key, const std::string& data) {
    const std::string parameters = "0"s + function + "0" + key + "\x01" + two(8) + two(1) + "1" + data;
    return "\x1d(L" + two(parameters.size()) + parameters;
  };
  const auto call = [](char function, const std::string& key) {
    return "\x1d(L\x06\x00"
           "0"s +
           function + key + "\x01\x01";
  };
  CHECK(drawn(keep(67, "AB", "\xf0"s) + keep(83, "AB", "\x0f"s) + call(85, "AB") + call(69, "AB") + call(69, "XX")) ==
        "....####\n####....\n");
  CHECK(drawn("\x1cq\x02"s + two(1) + two(1) + repeated("\xff"s, 8) + two(1) + two(1) + repeated("\x80"s, 8) + "\x1cp\x02"s +
              "\x00"s) == "########\n" + repeated("........\n", 7));
  CHECK(drawn("\x1d*\x01\x01"s + repeated("\x01"s, 8) + "\x1d/"s + "\x00"s) == repeated("........\n", 7) + "########\n");
  CHECK(drawn("\x1d/"s + "\x00"s).empty());
}

TEST_CASE("pictures: ESC * draws columns side by side, and its lines meet") {
  const std::string column24 = "\x80\x00\x01"s;
  const std::string line = "\x1b*\x21" + two(2) + column24 + column24;
  CHECK(drawn(line + "\n") == "##\n" + repeated("..\n", 22) + "##\n");
  CHECK(drawn(line + "\n" + line + "\x1bJ\x18").size() == 2 * 24 * 3);
  CHECK(drawn(line + line + "\n").substr(0, 5) == "####\n");
  CHECK(drawn(line + "\x1b$\x04\x00"s + line + "\n").substr(0, 7) == "##..##\n");
  // Eight dots a column stand for 24; the coarse modes are twice as wide.
  CHECK(drawn("\x1b*\x01\x01\x00\x80"s) == repeated("#\n", 3) + repeated(".\n", 21));
  CHECK(drawn("\x1b*\x00\x01\x00\x80"s).substr(0, 6) == "##\n##\n");
  CHECK(drawn("\x1b*\x20\x01\x00\x80\x00\x00"s).substr(0, 6) == "##\n..\n");
}

TEST_CASE("pictures: feeds part what is above from what is below, and a mile of paper costs nothing") {
  const std::string dot = raster(1, 1, "\xff"s);
  CHECK(drawn(dot + "\x1bJ\x02" + dot) == "########\n........\n........\n########\n");
  CHECK(drawn(dot + "\n" + dot).size() == 9 * 32);
  CHECK(drawn(repeated("\n", 1'000) + dot +
              repeated("\x1b"
                       "d\xff",
                       1'000) +
              dot)
            .size() == 9 * (120 + 1 + 120 + 1));
}

TEST_CASE("pictures: a page that is discarded is not drawn, nor what goes to a display") {
  const std::string dot = raster(1, 1, "\xff"s);
  CHECK(drawn(dot + "\x1bL" + dot + dot + "\x18" + dot + "\x0c") == "########\n########\n");
  CHECK(drawn("\x1bL" + dot + "\x1bS" + dot) == "########\n");
  CHECK(drawn("\x1b=\x02" + dot + "\x1b=\x01" + dot) == "########\n");
}

TEST_CASE("pictures: each receipt of a job has its own, also where some are not asked for") {
  const std::string job =
      raster(1, 1, "\x80"s) + "\x1dV\x00"s + raster(1, 1, "\x40"s) + "\x1dV\x00text\n\x1dV\x00"s + raster(1, 1, "\x20"s);
  const auto receipts = read_receipts(bytes(job), {});
  REQUIRE(receipts.size() == 4);
  CHECK(!has_text(receipts[0]));
  CHECK(has_text(receipts[2]));
  PictureJob all(job);
  CHECK(shown(all.on(receipts[0])) == "#.......\n");
  CHECK(shown(all.on(receipts[1])) == ".#......\n");
  CHECK(all.on(receipts[2]).is_empty());
  CHECK(shown(all.on(receipts[3])) == "..#.....\n");
  PictureJob last(job);
  CHECK(shown(last.on(receipts[3])) == "..#.....\n");
  CHECK(is_drawn_on(job, receipts[1]));
  CHECK(!is_drawn_on(job, receipts[2]));
}

TEST_CASE("pictures: a job may end after any byte, and what came until then is drawn") {
  const std::string job = raster(2, 3, "\xff\xff\x80\x01\xff\xff"s) + stored(113, 5, 16, repeated("\x81"s, 10)) + kPrint +
                          "\x1b*\x21\x02\x00"s + repeated("\xff"s, 6) + "\n\x1d*\x01\x01"s + repeated("\xff"s, 8) + "\x1d/"s +
                          "\x00"s + "\x1cq\x01\x01\x00\x01\x00"s + repeated("\xff"s, 8) + "\x1cp\x01\x00"s +
                          "\x1dQ0\x00\x03\x00\x01\x00\xff\xff\xff"s;
  std::size_t most = 0;
  for (std::size_t size = 0; size <= job.size(); ++size) {
    const std::size_t drawn_size = drawn(job.substr(0, size)).size();
    CHECK(drawn_size >= most / 2);
    most = std::max(most, drawn_size);
  }
  CHECK(drawn(job) == drawn(job + "\x1d"));
  CHECK(drawn(raster(2, 3, "\xff"s)) == "########........\n");
}

TEST_CASE(
    "pictures: what is wider than paper is cut off, and what is larger than a receipt is refused before it fills the memory") {
  const std::string wide = drawn(raster(400, 1, repeated("\xff"s, 400)));
  CHECK(wide.size() == picture::kMostWidth + 1);
  CHECK(drawn(raster(65'535, 65'535, "\xff"s)).size() == picture::kMostWidth + 1);
  const auto refused = [](const std::string& job) { CHECK_THROWS_AS(drawn(job), plugin::Unusable); };
  refused(raster(1, 13'000, repeated("\xff"s, 13'000)));
  refused(raster(100, 6'000, repeated("\xff"s, 600'000), 3));
  // A stored picture is printed again and again; a page is drawn and discarded for ever.
  const std::string large = "\x1d*\xff\x20"s + repeated("\xff"s, 255 * 8 * 32);
  refused(large + repeated("\x1d/\x03"s, 400'000));
  refused(large + "\x1bL" + repeated("\x1d/\x03\x18"s, 400'000));
  refused("\x1d*\x01\xff"s + repeated("\xff"s, 8 * 255) + repeated("\x1d/\x03"s, 10));
  // Two planes of which one is wide and the other high.
  refused(stored(112, 65'535, 1, repeated("\xff"s, 8'192)) + stored(112, 1, 10'000, repeated("\x80"s, 10'000)) + kPrint);
}

TEST_CASE("pictures: after a receipt that is too large, the next one is read") {
  const std::string job = raster(1, 13'000, repeated("\xff"s, 13'000)) + "\x1dV\x00"s + raster(1, 1, "\x80"s);
  const auto receipts = read_receipts(bytes(job), {});
  REQUIRE(receipts.size() == 2);
  PictureJob pictures(job);
  CHECK_THROWS_WITH(
      pictures.on(receipts[0]),
      "its pictures are larger than a receipt's: more than 12000 rows, 5000000 dots, or 100000000 in the whole job");
  CHECK(shown(pictures.on(receipts[1])) == "#.......\n");
}

}  // namespace
}  // namespace greentill::escpos::picture_job_test
