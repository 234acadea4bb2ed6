// SPDX-License-Identifier: Apache-2.0
#include "daemon/event/card_mask.hpp"

#include <doctest/doctest.h>

#include <string>

using greentill::event::is_gtin;
using greentill::event::mask_card_numbers;

namespace {

std::string masked(std::string text) {
  const std::string before = text;
  const bool found = mask_card_numbers(text);
  CHECK(found == (text != before));
  return text;
}

}  // namespace

TEST_CASE("card mask: a card number keeps only its last four digits, however it is written") {
  CHECK(masked("4111111111111111") == "************1111");
  CHECK(masked("paid with 4111 1111 1111 1111.") == "paid with **** **** **** 1111.");
  CHECK(masked("4111-1111-1111-1111") == "****-****-****-1111");
  CHECK(masked("378282246310005") == "***********0005");          // 15 digits
  CHECK(masked("4222222222222") == "*********2222");              // 13
  CHECK(masked("6304000000000000000") == "***************0000");  // 19
  CHECK(masked("a5555555555554444b4111111111111111") == "a************4444b************1111");
}

TEST_CASE("card mask: a number in front of a card number does not hide it") {
  CHECK(masked("12 4111111111111111") == "12 ************1111");
  CHECK(masked("table 7, 4111 1111 1111 1111 12/27") == "table 7, **** **** **** 1111 12/27");
}

TEST_CASE("card mask: what is no card number stays as it is") {
  CHECK(masked("4111111111111112") == "4111111111111112");          // fails Luhn's check
  CHECK(masked("411111111111") == "411111111111");                  // 12 digits
  CHECK(masked("41111111111111111111") == "41111111111111111111");  // 20
  CHECK(masked("4111  1111 1111 1111") == "4111  1111 1111 1111");  // two spaces: not one number
  CHECK(masked("2026-11-24T08:15:00") == "2026-11-24T08:15:00");
  CHECK(masked("") == "");
}

TEST_CASE("card mask: an article number is known by its own check digit") {
  CHECK(is_gtin("96385074"));
  CHECK(is_gtin("036000291452"));
  CHECK(is_gtin("4006381333931"));
  CHECK(is_gtin("10012345678902"));
  CHECK_FALSE(is_gtin("4006381333932"));
  CHECK_FALSE(is_gtin("4111111111111111"));
  CHECK_FALSE(is_gtin("40063813339a1"));
  CHECK_FALSE(is_gtin(""));
}
