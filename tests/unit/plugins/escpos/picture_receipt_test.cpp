// SPDX-License-Identifier: Apache-2.0
// From the picture of a receipt to a transaction, with Tesseract in this process. tests/pictures/draw.py has drawn the jobs.
#include "plugins/escpos/picture_receipt.hpp"

#include <doctest/doctest.h>
#include <tesseract/capi.h>

#include <type_traits>

#include "plugins/common/readers/configuration.hpp"
#include "plugins/common/values/limits.hpp"
#include "plugins/escpos/job.hpp"
#include "plugins/escpos/picture/tesseract_library.hpp"
#include "plugins/escpos/picture_job.hpp"
#include "tests/unit/plugins/escpos/jobs.hpp"

namespace greentill::escpos::picture_receipt_test {
namespace {

using picture::TesseractFunctions;
using picture::Word;

// The library is loaded by names: what it is called with must be what its header says.
static_assert(std::is_same_v<decltype(TesseractFunctions::create), decltype(&TessBaseAPICreate)>);
static_assert(std::is_same_v<decltype(TesseractFunctions::destroy), decltype(&TessBaseAPIDelete)>);
static_assert(std::is_same_v<decltype(TesseractFunctions::init), decltype(&TessBaseAPIInit3)>);
static_assert(std::is_same_v<decltype(TesseractFunctions::set_image), decltype(&TessBaseAPISetImage)>);
static_assert(std::is_same_v<decltype(TesseractFunctions::set_resolution), decltype(&TessBaseAPISetSourceResolution)>);
static_assert(std::is_same_v<decltype(TesseractFunctions::recognize), decltype(&TessBaseAPIRecognize)>);
static_assert(std::is_same_v<decltype(TesseractFunctions::words), decltype(&TessBaseAPIGetTsvText)>);
static_assert(std::is_same_v<decltype(TesseractFunctions::free_text), decltype(&TessDeleteText)>);
static_assert(std::is_same_v<decltype(TesseractFunctions::clear), decltype(&TessBaseAPIClear)>);
static_assert(std::is_same_v<decltype(TesseractFunctions::create_monitor), decltype(&TessMonitorCreate)>);
static_assert(std::is_same_v<decltype(TesseractFunctions::destroy_monitor), decltype(&TessMonitorDelete)>);
static_assert(std::is_same_v<decltype(TesseractFunctions::set_deadline), decltype(&TessMonitorSetDeadlineMSecs)>);
// TessBaseAPISetVariable answers BOOL, which is an int.
static_assert(std::is_same_v<decltype(TesseractFunctions::set_variable), decltype(&TessBaseAPISetVariable)>);

constexpr const char* kData = "/usr/share/tesseract-ocr/5/tessdata";
constexpr std::int64_t kArrived = 1'795'510'800;  // 2026-11-24 07:00:00 UTC

std::string job(const std::string& name) {
  return test::read(std::string(GREENTILL_SOURCE_DIR) + "/tests/unit/plugins/escpos/pictures/" + name + ".escpos");
}

picture::Bitmap drawn(const std::string& bytes) {
  Receipt whole;
  whole.end = bytes.size();
  return PictureJob(bytes).on(whole);
}

Understood understood(const picture::Bitmap& bitmap) {
  static picture::Tesseract tesseract({"eng"}, kData);
  static const Profile profile = Profile::load("generic-en", GREENTILL_SOURCE_DIR "/config/escpos", {"Europe/London", "GBP"});
  return understand_picture(bitmap, tesseract, {}, profile, "till-1", kArrived);
}

TEST_CASE("pictures: a sale that two readings agree on, and whose numbers add up, is a sale") {
  const auto sale = understood(drawn(job("sale"))).transaction;
  REQUIRE(sale);
  CHECK(sale->standing == GT_FINAL);
  CHECK(sale->total_minor == 655);
  CHECK(sale->currency == "GBP");
  REQUIRE(sale->lines.size() == 2);
  CHECK(sale->lines[0].name == "Flat White");
  CHECK(sale->lines[0].quantity_milli == 2000);
  CHECK(sale->lines[0].amount_minor == 680);
  CHECK(sale->lines[1].name == "Own cup discount");
  CHECK(sale->lines[1].amount_minor == -25);
}

TEST_CASE("pictures: one whose items do not make its total is doubtful") {
  const auto sale = understood(drawn(job("sum"))).transaction;
  REQUIRE(sale);
  CHECK(sale->standing == GT_DOUBTFUL);
  CHECK(sale->remark == "it is printed as a picture, and what is read does not add up");
}

TEST_CASE("pictures: a heading counts on them as in print, also where it is large, or white on black") {
  const std::string heading = job("heading");
  constexpr std::size_t kMode = 3;
  constexpr std::size_t kDots = 8;
  std::string large = heading;
  large[kMode] = 3;
  std::string white = heading;
  for (std::size_t i = kDots; i < white.size(); ++i) white[i] = static_cast<char>(~white[i]);
  for (const std::string& one : {heading, large, white}) {
    const auto sale = understood(drawn(one + job("sale"))).transaction;
    REQUIRE(sale);
    CHECK(sale->standing == GT_TRAINING);
    CHECK(sale->total_minor == 655);
  }
}

TEST_CASE("pictures: what holds no sale is a problem") {
  picture::Bitmap half = drawn(job("sale"));
  half.height /= 2;
  half.rows.resize(half.stride() * half.height);
  CHECK(!understood(half).transaction);
  CHECK(!understood(half).problem.empty());
}

TEST_CASE("pictures: reading ends when its time is over") {
  picture::Tesseract tesseract({"eng"}, kData);
  const picture::Bitmap sale = drawn(job("sale"));
  CHECK_THROWS_WITH_AS(tesseract.read(sale, {}, std::chrono::milliseconds(1)), "the time for reading its picture was over",
                       plugin::Unusable);
  CHECK(!tesseract.read(sale, {}, std::chrono::seconds(60)).empty());  // and it goes on with the next one
  // Noise is what takes longest: some thousand letters that are none.
  std::string noise = "\x1dv0" + std::string("\0\x48\0\xd0\x07", 5);
  std::uint32_t state = 1;
  for (int i = 0; i < 0x48 * 2'000; ++i) noise += static_cast<char>((state = state * 1'103'515'245u + 12'345u) >> 24);
  CHECK_THROWS_AS(tesseract.read(drawn(noise), {}, std::chrono::milliseconds(200)), plugin::Unusable);
}

TEST_CASE("pictures: words become lines with the gaps between them, and an x stands alone beside its numbers") {
  const auto line = [](std::initializer_list<Word> words) {
    const auto lines = lines_of(words);
    REQUIRE(lines.size() == 1);
    return lines[0].text;
  };
  CHECK(line({{"Flat", 1, 16, 60, 0, 20}, {"White", 1, 66, 120, 0, 20}, {"3.40", 1, 300, 350, 0, 20}}) ==
        "Flat White" + std::string(15, ' ') + "3.40");
  CHECK(line({{"2x", 1, 0, 20, 0, 20}, {"3.40", 1, 30, 60, 0, 20}}) == "2 x 3.40");
  CHECK(line({{"2x3.40", 1, 0, 60, 0, 20}}) == "2 x 3.40");
  CHECK(line({{"2", 1, 0, 10, 0, 20}, {"x3.40", 1, 20, 60, 0, 20}}) == "2 x 3.40");
  CHECK(line({{"3.x", 1, 0, 20, 0, 20}, {"£3.40", 1, 30, 60, 0, 20}}) == "3 x £3.40");
  CHECK(line({{"7x", 1, 0, 20, 0, 20}}) == "7 x");
  CHECK(line({{"10xl", 1, 0, 20, 0, 20}}) == "10xl");
  CHECK(lines_of({{"a", 1, 0, 10, 0, 20}, {"b", 2, 20, 30, 0, 20}}).size() == 2);
  CHECK(lines_of({}).empty());
}

TEST_CASE("pictures: what is configured wrongly is told, with the package that is missing") {
  const auto wrong = [](const std::string& text) -> std::string {
    try {
      picture_reader(plugin::read_configuration(text, "escpos"));
    } catch (const std::runtime_error& error) {
      return error.what();
    }
    return "";
  };
  CHECK(wrong("pictures = \"off\"\n") == "");
  CHECK(wrong("pictures = \"yes\"\n").find("key 'pictures' must be") != std::string::npos);
  CHECK(wrong("pictures = \"on\"\n") ==
        "escpos:1:1: key 'picture_data' must be the folder of Tesseract's files, /usr/share/tesseract-ocr/5/tessdata on Debian "
        "12: what is "
        "named here, the source may read");
  const std::string data = "pictures = \"on\"\npicture_data = \"" + std::string(kData) + "\"\n";
  CHECK(wrong(data) == "");
  CHECK(wrong(data + "picture_languages = [\"../eng\"]\n") ==
        "escpos:3:21: key 'picture_languages' must be names of Tesseract's, such as \"eng\" and \"deu\"");
  CHECK(wrong(data + "picture_languages = [\"xx_yy\"]\n") ==
        "escpos:1:12: key 'pictures' cannot be \"on\": " + std::string(kData) +
            "/xx_yy.traineddata is not there, or may not be read: install the package tesseract-ocr-xx-yy");
}

}  // namespace
}  // namespace greentill::escpos::picture_receipt_test
