// SPDX-License-Identifier: Apache-2.0
#include "plugins/poslog/article.hpp"

#include <doctest/doctest.h>

namespace greentill::poslog {
namespace {

TEST_CASE("poslog: numbers that a till filled up with zeros are the numbers without them") {
  CHECK(plain_number("0161") == "161");
  CHECK(plain_number("000") == "0");
  CHECK(plain_number("A-07") == "A-07");
  CHECK(plain_number("").empty());
  CHECK(sku_of("00000000077033") == "77033");
  CHECK(sku_of("00077033") == "00077033");
  CHECK(sku_of("AB-00000000077033") == "AB-00000000077033");
}

TEST_CASE("poslog: a scanned number is a GTIN where its check digit holds and it is long enough to be one") {
  CHECK(gtin_of("00859665002665") == "859665002665");
  CHECK(gtin_of("00052159006044") == "052159006044");
  CHECK(gtin_of("4006381333931") == "4006381333931");
  CHECK(gtin_of("04006381333931") == "4006381333931");
  CHECK(gtin_of("96385074") == "96385074");
  CHECK(gtin_of("10614141000415") == "10614141000415");
  CHECK(gtin_of("00859665002666").empty());
  CHECK(gtin_of("00000000077033").empty());
  CHECK(gtin_of("00000000000000").empty());
  CHECK(gtin_of("123456789012345").empty());
  CHECK(gtin_of("").empty());
  CHECK(gtin_of("4006381a33931").empty());
}

}  // namespace
}  // namespace greentill::poslog
