// SPDX-License-Identifier: Apache-2.0
#include "daemon/event/fields.hpp"

#include <algorithm>

namespace greentill::event {

bool is_currency(std::string_view text) {
  return text.size() == 3 && std::all_of(text.begin(), text.end(), [](char c) { return c >= 'A' && c <= 'Z'; });
}

bool is_medium(std::string_view text) { return std::find(kMediumNames.begin(), kMediumNames.end(), text) != kMediumNames.end(); }

bool is_line_unit(std::string_view text) {
  return std::find(kLineUnitNames.begin(), kLineUnitNames.end(), text) != kLineUnitNames.end();
}

std::string TextRule::why_not(std::string_view text) const {
  if (text.size() < least) return "must not be empty";
  if (text.size() > most) return "must be at most " + std::to_string(most) + " bytes long";
  return known;
}

}  // namespace greentill::event
