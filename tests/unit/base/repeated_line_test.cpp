// SPDX-License-Identifier: Apache-2.0
#include "daemon/base/repeated_line.hpp"

#include <doctest/doctest.h>

namespace greentill {
namespace {

using namespace std::chrono_literals;

TEST_CASE("repeated line: the same complaint twice, then now and then with how often it came") {
  RepeatedLine line;
  CHECK(line.take("lost", 0s) == "lost");
  CHECK(line.take("lost", 1s) == "lost");
  for (int i = 0; i < 5; ++i) CHECK_FALSE(line.take("lost", 2s));
  CHECK(line.take("lost", 31min) == "lost (and 5 times before)");
  CHECK_FALSE(line.take("lost", 32min));
}

TEST_CASE("repeated line: another cause is told at once, and two in turn do not fill the log") {
  RepeatedLine line;
  CHECK(line.take("lost", 0s));
  CHECK(line.take("lost", 0s));
  CHECK_FALSE(line.take("lost", 0s));
  CHECK(line.take("refused", 0s) == "refused");
  int written = 0;
  for (int i = 0; i < 1'000; ++i) written += line.take(i % 2 == 0 ? "lost" : "refused", 1s) ? 1 : 0;
  CHECK(written <= 20);
  CHECK(line.take("banned", 1h) == "banned");
}

}  // namespace
}  // namespace greentill
