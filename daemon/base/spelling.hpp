// SPDX-License-Identifier: Apache-2.0
// "Did you mean": the known word that is nearest to one that is not known. Threads: pure.
#pragma once

#include <algorithm>
#include <numeric>
#include <string>
#include <string_view>
#include <vector>

namespace greentill {

inline std::size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 0; i < a.size(); ++i) {
    std::size_t diagonal = row[0]++;
    for (std::size_t j = 0; j < b.size(); ++j) {
      const std::size_t changed = diagonal + (a[i] == b[j] ? 0 : 1);
      diagonal = row[j + 1];
      row[j + 1] = std::min({changed, row[j] + 1, diagonal + 1});
    }
  }
  return row.back();
}

/// The word that is nearest to `name`: different in at most three letters and less than half of them; else empty.
template <typename Words>
std::string nearest(std::string_view name, const Words& words) {
  std::string found;
  std::size_t least = std::min<std::size_t>(3, name.size() / 2) + 1;
  for (const auto& word : words) {
    const std::size_t distance = edit_distance(name, word);
    if (distance < least) found = word;
    least = std::min(least, distance);
  }
  return found;
}

}  // namespace greentill
