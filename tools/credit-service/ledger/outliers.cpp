// SPDX-License-Identifier: Apache-2.0
#include "tools/credit-service/ledger/outliers.hpp"

#include <algorithm>

namespace greentill::credit {
namespace {

__extension__ using Wide = __int128;

constexpr int kHeldFrom = 6;
constexpr int kLeastSpreadMg = 1'000;

/// Twice the median, which so is whole. Orders the values.
template <typename T>
T doubled_median(std::vector<T>& values) {
  std::ranges::sort(values);
  const std::size_t middle = values.size() / 2;
  return values.size() % 2 == 1 ? 2 * values[middle] : values[middle - 1] + values[middle];
}

}  // namespace

Spread spread_of(std::int64_t value, std::vector<std::int64_t> days) {
  const std::int64_t median2 = doubled_median(days);
  std::vector<Wide> distances;
  distances.reserve(days.size());
  for (const std::int64_t day : days) {
    const Wide distance = Wide{2} * day - median2;
    distances.push_back(distance < 0 ? -distance : distance);
  }
  const Wide distance4 = doubled_median(distances);  // four times the median distance
  const Wide above2 = Wide{2} * value - median2;
  // above2 / 2 >= 6 * 1.4826 * distance4 / 4, and so on, without fractions.
  const bool stands_out = above2 * 20'000 >= Wide{kHeldFrom} * 14'826 * distance4 && above2 * 4 >= Wide{kHeldFrom} * median2 &&
                          above2 >= Wide{2} * kHeldFrom * kLeastSpreadMg;
  return {days.size(), median2 / 2, days.back(), stands_out};
}

}  // namespace greentill::credit
