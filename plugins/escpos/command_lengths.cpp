// SPDX-License-Identifier: Apache-2.0
// The lengths of ESC/POS commands, as Epson's command reference gives them, and of those that common clones add.
#include <algorithm>
#include <array>
#include <string_view>

#include "plugins/escpos/scanner.hpp"

namespace greentill::escpos {
namespace {

std::uint64_t at(ByteView bytes, std::size_t index) { return index < bytes.size() ? bytes[index] : 0; }
std::uint64_t two(ByteView bytes, std::size_t index) { return at(bytes, index) | at(bytes, index + 1) << 8; }
std::uint64_t four(ByteView bytes, std::size_t index) { return two(bytes, index) | two(bytes, index + 2) << 16; }

/// Second bytes of commands that always have so many parameters.
struct Fixed {
  std::string_view codes;
  std::uint64_t count;
};
constexpr std::array kEscFixed{Fixed{" !%-3=?AEGJKMQRTUVadelrtu{", 1}, Fixed{"$\\Bcf", 2}, Fixed{"Cp", 3}, Fixed{"W", 8}};
constexpr std::array kGsFixed{Fixed{"!#/BEHITabfhjrw", 1}, Fixed{"$ALPW\\", 2}, Fixed{"^z", 3}, Fixed{"g", 4}};
constexpr std::array kFsFixed{Fixed{"!-CW", 1}, Fixed{"?Sp", 2}};

std::uint64_t fixed(std::span<const Fixed> all, std::uint8_t code) {
  const auto found = std::find_if(all.begin(), all.end(), [&](const Fixed& one) {
    return one.codes.find(static_cast<char>(code)) != std::string_view::npos;
  });
  return found != all.end() ? found->count : 0;
}

/// Up to and with the first NUL.
std::uint64_t through_nul(ByteView behind) {
  const auto end = std::find(behind.begin(), behind.end(), 0);
  return static_cast<std::uint64_t>(end - behind.begin()) + 1;
}

/// ESC D: tab stops rise, and a NUL, or a stop that does not rise and is data already, ends them.
std::uint64_t tab_stops(ByteView behind) {
  std::uint64_t count = 0;
  std::uint8_t last = 0;
  for (const std::uint8_t stop : behind) {
    if (stop == 0) return count + 1;
    if (stop <= last || count == 32) return count;
    last = stop;
    ++count;
  }
  return count + 1;
}

/// ESC &: y c1 c2, then for each character its width x and x times y bytes.
std::uint64_t user_glyphs(ByteView behind) {
  const std::uint64_t rows = at(behind, 0);
  const std::uint64_t first = at(behind, 1);
  const std::uint64_t last = at(behind, 2);
  std::uint64_t count = 3;
  for (std::uint64_t code = first; code <= last && count < behind.size(); ++code) count += 1 + rows * at(behind, count);
  return count;
}

std::uint64_t esc_length(std::uint8_t code, ByteView behind) {
  switch (code) {
    case '&': return user_glyphs(behind);
    case '(': return 3 + two(behind, 1);
    case '*': return 3 + two(behind, 1) * (at(behind, 0) >= 32 ? 3 : 1);
    case 'D': return tab_stops(behind);
    case 'Z': return 5 + two(behind, 3);
    default: return fixed(kEscFixed, code);
  }
}

std::uint64_t barcode(ByteView behind) {
  const std::uint64_t system = at(behind, 0);
  if (system == 97) return 5 + two(behind, 3);  // a QR code, of printers that know no GS ( k
  if (system >= 65 && system <= 79) return 2 + at(behind, 1);
  return system <= 6 ? 1 + through_nul(behind.subspan(std::min<std::size_t>(1, behind.size()))) : 1;
}

/// GS D: seven bytes, then a Windows bitmap, which holds its own size.
std::uint64_t bitmap(ByteView behind) {
  const std::uint64_t function = at(behind, 1);
  if (function != 67 && function != 83) return 0;
  return at(behind, 7) == 'B' && at(behind, 8) == 'M' ? 7 + std::max<std::uint64_t>(four(behind, 9), 2) : 7;
}

std::uint64_t counter(ByteView behind) {
  switch (at(behind, 0)) {
    case '0':
    case 0: return 3;
    case '1':
    case 1: return 7;
    case '2':
    case 2: return 3;
    case ';': {
      std::uint64_t semicolons = 0;
      std::uint64_t count = 0;
      while (count < behind.size() && semicolons < 6) semicolons += behind[count++] == ';' ? 1 : 0;
      return count;
    }
    default: return 0;
  }
}

std::uint64_t gs_length(std::uint8_t code, ByteView behind) {
  switch (code) {
    case '(': return 3 + two(behind, 1);
    case '8': return 5 + four(behind, 1);
    case '*': return 2 + at(behind, 0) * at(behind, 1) * 8;
    case 'C': return counter(behind);
    case 'D': return bitmap(behind);
    case 'Q': return 6 + two(behind, 2) * two(behind, 4);
    case 'V': return at(behind, 0) >= 'A' ? 2 : 1;
    case 'k': return barcode(behind);
    case 'v': return 6 + two(behind, 2) * two(behind, 4);
    default: return fixed(kGsFixed, code);
  }
}

/// FS q: n pictures, each with its size in eights of dots.
std::uint64_t stored_pictures(ByteView behind) {
  std::uint64_t count = 1;
  for (std::uint64_t i = 0; i < at(behind, 0) && count < behind.size(); ++i) {
    count += 4 + two(behind, count) * two(behind, count + 2) * 8;
  }
  return count;
}

std::uint64_t fs_length(std::uint8_t code, ByteView behind) {
  switch (code) {
    case '(': return 3 + two(behind, 1);
    case '2': return 2 + 72;
    case 'g': return at(behind, 0) == '1' ? 8 + two(behind, 6) : 8;
    case 'q': return stored_pictures(behind);
    default: return fixed(kFsFixed, code);
  }
}

std::uint64_t dle_length(std::uint8_t code, ByteView behind) {
  const std::uint64_t function = at(behind, 0);
  if (code == 0x04) return function == 7 || function == 8 || function == 18 ? 2 : 1;
  if (code == 0x05) return 1;
  switch (function) {
    case 1:
    case 2: return 3;
    case 3: return 6;
    case 7: return 2;
    case 8: return 8;
    default: return 1;
  }
}

}  // namespace

std::uint64_t parameter_count(std::uint8_t prefix, std::uint8_t code, ByteView behind) {
  switch (prefix) {
    case control::kEsc: return esc_length(code, behind);
    case control::kGs: return gs_length(code, behind);
    case control::kFs: return fs_length(code, behind);
    default: return dle_length(code, behind);
  }
}

}  // namespace greentill::escpos
