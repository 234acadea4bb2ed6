// SPDX-License-Identifier: Apache-2.0
#include "plugins/escpos/barcode_text.hpp"

#include <doctest/doctest.h>

#include "plugins/escpos/job.hpp"
#include "tests/unit/plugins/escpos/jobs.hpp"

namespace greentill::escpos::barcode_text_test {
namespace {

using namespace std::string_literals;

TEST_CASE("barcodes: the check digit that the printer adds") {
  CHECK(barcode_text("ean13", "400638133393") == "4006381333931");
  CHECK(barcode_text("ean13", "4006381333931") == "4006381333931");
  CHECK(barcode_text("ean8", "9638507") == "96385074");
  CHECK(barcode_text("ean8", "96385074") == "96385074");
  CHECK(barcode_text("upca", "03600029145") == "036000291452");
  CHECK(barcode_text("upca", "036000291452") == "036000291452");
  CHECK(barcode_text("databar", "0950110153001") == "0109501101530010");
  CHECK(barcode_text("ean13", "40063813339X") == "40063813339X");
  CHECK(barcode_text("ean13", "12") == "12");
  CHECK(barcode_text("ean13", "") == "");
}

TEST_CASE("barcodes: UPC-E, of six to eight digits or of UPC-A's") {
  for (const char* data : {"425261", "0425261", "04252614", "04210000526", "042100005264"}) {
    CAPTURE(data);
    CHECK(barcode_text("upce", data) == "04252614");
  }
  CHECK(barcode_text("upce", "01234500006") == "01234565");
  CHECK(barcode_text("upce", "01230000045") == "0123453"s + barcode_text("upca", "01230000045").back());
  CHECK(barcode_text("upce", "01234000005") == "0123454"s + barcode_text("upca", "01234000005").back());
  CHECK(barcode_text("upce", "01234567890") == "01234567890");  // too few zeros
  CHECK(barcode_text("upce", "abc") == "abc");
}

TEST_CASE("barcodes: what is no data of Code 39, Codabar and ITF") {
  CHECK(barcode_text("code39", "*AB-12*") == "AB-12");
  CHECK(barcode_text("code39", "AB*12") == "AB*12");
  CHECK(barcode_text("codabar", "A40156B") == "40156");
  CHECK(barcode_text("codabar", "a40156d") == "40156");
  CHECK(barcode_text("codabar", "40156") == "40156");
  CHECK(barcode_text("itf", "12345") == "1234");
  CHECK(barcode_text("itf", "1234") == "1234");
  CHECK(barcode_text("code93", "abC$") == "abC$");
}

TEST_CASE("barcodes: code sets, shifts and functions of Code 128") {
  CHECK(barcode_text("code128", "{BNo.{C\x0c\x22\x38") == "No.123456");
  CHECK(barcode_text("code128", "{C\x00\x05\x63"s) == "000599");
  CHECK(barcode_text("code128", "{AAB\x01{Sc") ==
        "AB\x01"
        "c");
  CHECK(barcode_text("code128", "{Ba{{b") == "a{b");
  CHECK(barcode_text("code128",
                     "{B{1"
                     "01{C\x01{110") ==
        "01"
        "01\x1d"
        "4948");
  CHECK(barcode_text("code128", "{B{2x{3y") == "xy");
  CHECK(barcode_text("code128", "{B{4id") == "éd");
  for (const char* wrong : {"123", "{B{x", "{B{", "{C\x70"}) {
    CAPTURE(wrong);
    CHECK(barcode_text("code128", wrong) == wrong);
  }
}

TEST_CASE("barcodes: GS1-128's parentheses are for people") {
  CHECK(barcode_text("gs1-128", "(01)09501101530003(10)AB{1(21)7") ==
        "010950110153000310AB\x1d"
        "217");
  CHECK(barcode_text("gs1-128", "(01)*{(x{)") == "01(x)");
}

TEST_CASE("barcodes: as a job has them printed") {
  const std::string job =
      "\x1dk\x02"
      "400638133393\x00\x1dk\x43\x0c"
      "400638133393\x1dk\x49\x05{B123\x1dk\x01"
      "0425261\x00"s;
  const auto codes = read_receipts(test::bytes(job), {})[0].codes;
  CHECK(codes ==
        std::vector<Code>{
            {"ean13", "4006381333931", 0}, {"ean13", "4006381333931", 0}, {"code128", "123", 0}, {"upce", "04252614", 0}});
}

}  // namespace
}  // namespace greentill::escpos::barcode_text_test
