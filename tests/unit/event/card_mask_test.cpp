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

TEST_CASE("card mask: whatever joins the groups of a card number") {
  for (const std::string joint : {".",      "/",      "\t",     "  ",     " - ",    " / ",    "\u00a0", "\u2007",
                                  "\u2009", "\u202f", "\u3000", "\u00ad", "\u200b", "\u2010", "\u2011", "\u2013",
                                  "\u2014", "\u2212", "\uff0d", "\u00b7", "\u2022", "\u30fb", "\uff0e", "\u00a0\u00a0"}) {
    CAPTURE(joint);
    CHECK(masked("card 4111" + joint + "1111" + joint + "1111" + joint + "1111 paid") ==
          "card ****" + joint + "****" + joint + "****" + joint + "1111 paid");
    CHECK(masked("3782" + joint + "822463" + joint + "10005") == "****" + joint + "******" + joint + "*0005");
    CHECK(masked("3056" + joint + "930902" + joint + "5904") == "****" + joint + "******" + joint + "5904");
  }
  CHECK(masked("4111.1111 1111-1111") == "****.**** ****-1111");
  CHECK(masked("4111\u20131111\u201311111111") == "****\u2013****\u2013****1111");
  CHECK(masked("%B4111111111111111^DOE/JANE^2512101?;4111111111111111=2512101?") ==
        "%B************1111^DOE/JANE^2512101?;************1111=2512101?");
}

TEST_CASE("card mask: digits of other scripts are digits") {
  CHECK(masked("\uff14\uff11\uff11\uff11 \uff11\uff11\uff11\uff11 \uff11\uff11\uff11\uff11 \uff11\uff11\uff11\uff11") ==
        "**** **** **** \uff11\uff11\uff11\uff11");
  CHECK(masked("\u0664\u0661\u0661\u0661\u0661\u0661\u0661\u0661\u0661\u0661\u0661\u0661\u0661\u0661\u0661\u0661!") ==
        "************\u0661\u0661\u0661\u0661!");
  CHECK(masked("\u0e54\u0e51\u0e51\u0e51-1111-1111-1111") == "****-****-****-1111");
}

TEST_CASE("card mask: dates, amounts, versions and places are no card numbers, though their digits satisfy Luhn's check") {
  for (const std::string text :
       {"411.111.111.111.111.1", "41.111111/11.111111", "4111.1111111111 11", "41111111.11111111", "4111111111.111111",
        "4111.11.11/11.11.1111", "4.111.11.1111.1.111.11", "4111,1111,1111,1111", "4111;1111;1111;1111", "4111_1111_1111_1111",
        "4111\n1111\n1111\n1111", "4111    1111    1111    1111", "4111\xff-1111\xff-1111\xff-1111"}) {
    CAPTURE(text);
    std::string digits = text;
    std::erase_if(digits, [](char c) { return c < '0' || c > '9'; });
    CHECK(masked(digits) == "************1111");
    CHECK(masked(text) == text);
  }
}

TEST_CASE("card mask: a number in many small pieces costs no more than its length") {
  std::string text;
  for (int i = 0; i < 50'000; ++i) text += "1 2.";
  CHECK(masked(text) == text);
}

TEST_CASE("card mask: what is no card number stays as it is") {
  CHECK(masked("4111111111111112") == "4111111111111112");          // fails Luhn's check
  CHECK(masked("411111111111") == "411111111111");                  // 12 digits
  CHECK(masked("41111111111111111111") == "41111111111111111111");  // 20
  CHECK(masked("41111 11111  11111 1") == "41111 11111  11111 1");  // no card has such groups
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
