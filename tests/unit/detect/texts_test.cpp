// SPDX-License-Identifier: Apache-2.0
#include "daemon/detect/texts.hpp"

#include <doctest/doctest.h>

#include <string>

using greentill::detect::readable;
using greentill::detect::to_abi;

TEST_CASE("texts: what a plugin says is shown without card numbers, across the cut too") {
  CHECK(readable(to_abi("no such card: 4111.1111.1111.1111")) == "no such card: ****.****.****.1111");
  const std::string front(500, 'x');
  CHECK(readable(to_abi(front + "4111-1111-1111-1111")) == front + "****-****-**");
  CHECK(readable(to_abi(front + "4111\u00a01111\u00a01111\u00a01111")) == front + "****\u00a0****\u00a0");
}

TEST_CASE("texts: what a plugin says is one line of UTF-8, cut between characters") {
  CHECK(readable(to_abi("a\nb\x1b[2J\x7f")) == "a?b?[2J?");
  CHECK(readable(to_abi("gr\xc3\xbcn \xfc")) == "gr??n ?");
  CHECK(readable(to_abi("caf\u00e9s"), 5) == "caf\u00e9");
  CHECK(readable(to_abi("caf\u00e9s"), 4) == "caf");
}
