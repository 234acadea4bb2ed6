// SPDX-License-Identifier: Apache-2.0
#include "daemon/measure/integer_math.hpp"

#include <random>

#include <doctest/doctest.h>

using namespace greentill::measure;

namespace {

constexpr Int128 kMostInt128 = static_cast<Int128>(~UInt128{0} >> 1);

// By the definition: the square of the root reaches n, that of the integer before it does not.
bool is_root_up(Int128 root, Int128 n) {
  const auto square = [](Int128 x) { return static_cast<UInt128>(x) * static_cast<UInt128>(x); };
  return square(root) >= static_cast<UInt128>(n) && (root == 0 || square(root - 1) < static_cast<UInt128>(n));
}

}  // namespace

TEST_CASE("isqrt_up: the smallest integer whose square is at least n") {
  const std::pair<int, int> small[] = {{0, 0}, {1, 1},  {2, 2},   {3, 2},    {4, 2},   {5, 3},
                                       {9, 3}, {10, 4}, {99, 10}, {100, 10}, {101, 11}};
  for (const auto& [n, root] : small) CHECK(isqrt_up(n) == root);
  CHECK(isqrt_up(-1) == 0);
}

TEST_CASE("isqrt_up: around squares of every size up to the largest") {
  for (int bits = 1; bits < 64; ++bits) {
    const Int128 root = (Int128{1} << bits) - 1;
    if (bits == 63) break;  // the square of 2^63 is 2^126, the last power of four that fits
    CHECK(isqrt_up(root * root) == root);
    CHECK(isqrt_up(root * root + 1) == root + 1);
    CHECK(isqrt_up(root * root - 1) == (root == 1 ? 0 : root));
  }
  CHECK(isqrt_up(Int128{1} << 126) == Int128{1} << 63);
  CHECK(is_root_up(isqrt_up(kMostInt128), kMostInt128));
}

TEST_CASE("isqrt_up: seeded random numbers") {
  std::mt19937_64 random(20260101);
  for (int i = 0; i < 20'000; ++i) {
    const UInt128 wide = (UInt128{random()} << 64) | random();
    const auto n = static_cast<Int128>(wide >> (1 + random() % 127));
    if (!is_root_up(isqrt_up(n), n)) FAIL_CHECK("at ", i);
  }
}

TEST_CASE("division rounds towards minus infinity, and up for ceil") {
  const int dividends[] = {-7, -6, -5, -1, 0, 1, 5, 6, 7};
  const int floors[] = {-3, -2, -2, -1, 0, 0, 1, 2, 2};
  const int ceilings[] = {-2, -2, -1, 0, 0, 1, 2, 2, 3};
  for (std::size_t i = 0; i < std::size(dividends); ++i) {
    CHECK(floor_divide(dividends[i], 3) == floors[i]);
    CHECK(ceil_divide(dividends[i], 3) == ceilings[i]);
  }
  CHECK(floor_divide(-kMostInt128 - 1, 1) == -kMostInt128 - 1);
  CHECK(floor_divide(-1, kMostInt128) == -1);
  CHECK(ceil_divide(1, kMostInt128) == 1);
  CHECK(ceil_divide(kMostInt128, 1) == kMostInt128);
}
