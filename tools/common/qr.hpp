// SPDX-License-Identifier: Apache-2.0
// QR codes (ISO/IEC 18004), for paper and for a terminal. Threads: pure functions.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "daemon/base/error.hpp"

namespace greentill::tools {

/// How much of a code may be covered or dirty: a seventh on paper, a fourteenth on a screen.
enum class QrUse : std::uint8_t { paper, screen };

/// The modules of a code without its quiet zone of kQrQuiet, row by row.
struct QrModules {
  int width = 0;  ///< of a side
  std::vector<bool> dark;
  [[nodiscard]] bool is_dark(int x, int y) const {
    return dark[static_cast<std::size_t>(y) * static_cast<std::size_t>(width) + static_cast<std::size_t>(x)];
  }
};
inline constexpr int kQrQuiet = 4;
/// invalid where a code cannot hold the text.
Result<QrModules> qr_modules(const std::string& text, QrUse use = QrUse::paper);

/// An SVG image with its quiet zone. invalid where a code cannot hold the text.
Result<std::string> qr_svg(const std::string& text, QrUse use = QrUse::paper);

/// Lines of half blocks (UTF-8), two modules high each, with their quiet zone: dark on light whatever the terminal's own colours
/// are. invalid as above.
Result<std::string> qr_for_terminal(const std::string& text);

}  // namespace greentill::tools
