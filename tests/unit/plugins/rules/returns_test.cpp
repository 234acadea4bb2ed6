// SPDX-License-Identifier: Apache-2.0
#include "plugins/rules/returns.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <random>
#include <vector>

namespace greentill::rules {
namespace {

using Quantities = std::vector<std::int64_t>;

Quantities settled(Quantities quantities) {
  settle_returns(quantities);
  return quantities;
}

TEST_CASE("returns: the nearest before gives first, then those behind") {
  CHECK(settled({3, -1}) == Quantities{2, 0});
  CHECK(settled({1, 2, -2}) == Quantities{1, 0, 0});
  CHECK(settled({1, 2, -3}) == Quantities{0, 0, 0});
  CHECK(settled({-1, 2}) == Quantities{0, 1});
  CHECK(settled({1, -3, 1, 4}) == Quantities{0, 0, 0, 3});
  CHECK(settled({2, -1, 2, -1}) == Quantities{1, 0, 1, 0});
  CHECK(settled({0, -1, 0}) == Quantities{0, 0, 0});
  CHECK(settled({}).empty());
  CHECK(settled({5, 6}) == Quantities{5, 6});
}

TEST_CASE("returns: the largest numbers do not overflow") {
  CHECK(settled({2, INT64_MIN, INT64_MIN, INT64_MAX}) == Quantities{0, 0, 0, 0});
  CHECK(settled({INT64_MAX, -1}) == Quantities{INT64_MAX - 1, 0});
}

TEST_CASE("returns: nothing is made, and nothing taken that was not given back") {
  std::mt19937 random(1);
  for (int round = 0; round < 2000; ++round) {
    Quantities quantities(random() % 12);
    std::int64_t sum = 0;
    for (auto& quantity : quantities) sum += quantity = static_cast<std::int64_t>(random() % 9) - 4;
    const Quantities left = settled(quantities);
    std::int64_t kept = 0;
    for (std::size_t i = 0; i < left.size(); ++i) {
      CHECK(left[i] >= 0);
      CHECK(left[i] <= std::max<std::int64_t>(quantities[i], 0));
      kept += left[i];
    }
    CHECK(kept == std::max<std::int64_t>(sum, 0));
  }
}

TEST_CASE("returns: of lines of which each takes back there may be so many that only a pass over them ever ends") {
  constexpr std::size_t kHalf = 2'000'000;
  Quantities quantities(2 * kHalf, -1);
  for (std::size_t i = 0; i < kHalf; ++i) quantities[i] = i % 2;
  settle_returns(quantities);
  CHECK(std::all_of(quantities.begin(), quantities.end(), [](std::int64_t quantity) { return quantity == 0; }));
}

}  // namespace
}  // namespace greentill::rules
