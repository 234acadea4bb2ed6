// SPDX-License-Identifier: Apache-2.0
#include "daemon/detect/texts.hpp"

#include <algorithm>

#include "daemon/base/utf8.hpp"
#include "daemon/event/card_mask.hpp"

namespace greentill::detect {

std::string readable(gt_text text, std::size_t limit) {
  // A little more than is kept: a card number across the cut is recognised too.
  std::string out(from_abi(text).substr(0, limit + kBeyondCut));
  event::mask_card_numbers(out);
  const bool cut_short = out.size() > limit;
  out.resize(std::min(out.size(), limit));
  // The cut may split a character; the incomplete character is dropped.
  for (std::size_t cut = 0; cut_short && cut < 4 && cut < out.size(); ++cut) {
    const std::string_view shorter = std::string_view(out).substr(0, out.size() - cut);
    if (!is_utf8(shorter)) continue;
    out.resize(shorter.size());
    break;
  }
  const bool broken = !is_utf8(out);
  std::replace_if(
      out.begin(), out.end(),
      [broken](char c) {
        const auto byte = static_cast<unsigned char>(c);
        return byte < 0x20 || byte == 0x7f || (broken && byte >= 0x80);
      },
      '?');
  return out;
}

}  // namespace greentill::detect
