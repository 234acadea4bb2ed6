// SPDX-License-Identifier: Apache-2.0
#include "plugins/common/values/currency.hpp"

#include <doctest/doctest.h>

namespace greentill::plugin {
namespace {

TEST_CASE("currency: the minor unit is the currency's") {
  CHECK(minor_places("EUR") == 2);
  CHECK(minor_places("JPY") == 0);
  CHECK(minor_places("KWD") == 3);
  CHECK(minor_places("CLF") == 4);
  for (const char* two : {"AED", "CHF", "CNY", "COP", "CZK", "GBP", "HUF", "IDR", "SEK", "TWD", "USD", "ZAR"})
    CHECK(minor_places(two) == 2);
  CHECK(minor_places("KRW") == 0);
  CHECK(minor_places("TND") == 3);
  CHECK(!minor_places("XAU"));
  CHECK(!minor_places("QQQ"));
  CHECK(!minor_places("BTC"));
  CHECK(!minor_places("eur"));
  CHECK(!minor_places("EURO"));
  CHECK(!minor_places(""));
}

}  // namespace
}  // namespace greentill::plugin
