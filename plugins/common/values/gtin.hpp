// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

namespace greentill::plugin {

/// Whether a number is a GTIN, by its length and check digit (GS1); any other number is the shop's own. Threads: pure function.
constexpr bool is_gtin(std::string_view text) {
  if (text.size() != 8 && (text.size() < 12 || text.size() > 14)) return false;
  int sum = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] < '0' || text[i] > '9') return false;
    sum += ((text.size() - i) % 2 == 0 ? 3 : 1) * (text[i] - '0');
  }
  return sum % 10 == 0;
}

}  // namespace greentill::plugin
