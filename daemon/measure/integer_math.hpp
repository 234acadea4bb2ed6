// SPDX-License-Identifier: Apache-2.0
// 128-bit helpers that the loader and the arithmetic share. Internal to measure.
#pragma once

#include <cstdint>

namespace greentill::measure {

__extension__ using Int128 = __int128;
__extension__ using UInt128 = unsigned __int128;

/// The quotient rounded towards minus infinity. Requires: a positive divisor.
constexpr Int128 floor_divide(Int128 dividend, Int128 divisor) {
  const Int128 quotient = dividend / divisor;
  return dividend % divisor < 0 ? quotient - 1 : quotient;
}

constexpr Int128 ceil_divide(Int128 dividend, Int128 divisor) { return -floor_divide(-dividend, divisor); }

/// The smallest integer whose square is at least n.
constexpr Int128 isqrt_up(Int128 n) {
  if (n <= 0) return 0;
  const auto target = static_cast<UInt128>(n);
  UInt128 low = 0;
  UInt128 high = UInt128{1} << 64;
  while (high - low > 1) {
    // `high` stays below 2^64, so the square fits.
    const UInt128 middle = low + (high - low) / 2;
    (middle * middle >= target ? high : low) = middle;
  }
  return static_cast<Int128>(high);
}

}  // namespace greentill::measure
