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
  CHECK(!minor_places("eur"));
  CHECK(!minor_places("EURO"));
  CHECK(!minor_places(""));
}

}  // namespace
}  // namespace greentill::plugin
