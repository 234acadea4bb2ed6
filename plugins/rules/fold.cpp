// SPDX-License-Identifier: Apache-2.0
#include "plugins/rules/fold.hpp"

#include <cstdint>

namespace greentill::rules {
namespace {

bool within(std::uint32_t point, std::uint32_t first, std::uint32_t last) { return point >= first && point <= last; }

/// From U+0386 to U+03C2.
std::uint32_t fold_greek(std::uint32_t point) {
  if (point == 0x386) return 0x3ac;
  if (within(point, 0x388, 0x38a)) return point + 0x25;
  if (point == 0x38c) return 0x3cc;
  if (within(point, 0x38e, 0x38f)) return point + 0x3f;
  if (within(point, 0x391, 0x3ab) && point != 0x3a2) return point + 0x20;
  // Capitals know no final sigma, so that one is compared as any other.
  return point == 0x3c2 ? 0x3c3 : point;
}

/// Of the code points that UTF-8 writes in two bytes.
std::uint32_t fold_point(std::uint32_t point) {
  if (within(point, 0xc0, 0xde) && point != 0xd7) return point + 0x20;
  // Latin Extended-A pairs capital and small letters, but which of a pair is even changes twice.
  if (within(point, 0x100, 0x137) && point != 0x130) return point | 1;
  if (within(point, 0x139, 0x148) || within(point, 0x179, 0x17e)) return point + (point & 1);
  if (within(point, 0x14a, 0x177)) return point | 1;
  if (point == 0x178) return 0xff;
  if (point >= 0x386 && point <= 0x3c2) return fold_greek(point);
  if (within(point, 0x410, 0x42f)) return point + 0x20;
  if (within(point, 0x400, 0x40f)) return point + 0x50;
  return point;
}

}  // namespace

std::string fold_case(std::string_view text) {
  std::string folded;
  folded.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto lead = static_cast<unsigned char>(text[i]);
    if (lead >= 'A' && lead <= 'Z') {
      folded += static_cast<char>(lead + ('a' - 'A'));
      continue;
    }
    const bool two_bytes =
        (lead & 0xe0) == 0xc0 && i + 1 < text.size() && (static_cast<unsigned char>(text[i + 1]) & 0xc0) == 0x80;
    if (!two_bytes) {
      folded += text[i];
      continue;
    }
    const std::uint32_t point = fold_point((lead & 0x1fu) << 6 | (static_cast<unsigned char>(text[++i]) & 0x3fu));
    folded += static_cast<char>(0xc0 | point >> 6);
    folded += static_cast<char>(0x80 | (point & 0x3f));
  }
  return folded;
}

}  // namespace greentill::rules
