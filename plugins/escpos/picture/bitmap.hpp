// SPDX-License-Identifier: Apache-2.0
// A picture of one bit a dot. Threads: a value.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "daemon/base/bytes.hpp"

namespace greentill::escpos::picture {

/// Dots across; printers cut off what is wider. 80 mm of paper have 576, 112 mm have 832.
inline constexpr std::size_t kMostWidth = 2048;
/// 1.5 m at 203 dpi.
inline constexpr std::size_t kMostRows = 12'000;

struct Bitmap {
  std::size_t width = 0;  ///< dots
  std::size_t height = 0;
  std::vector<std::uint8_t> rows;  ///< from the top; each of whole bytes, the left dot in the highest bit, set where it is black

  [[nodiscard]] std::size_t stride() const { return (width + 7) / 8; }
  [[nodiscard]] bool is_empty() const { return width == 0 || height == 0; }
  [[nodiscard]] bool at(std::size_t x, std::size_t y) const { return (rows[y * stride() + x / 8] & (0x80u >> x % 8)) != 0; }
  void blacken(std::size_t x, std::size_t y) { rows[y * stride() + x / 8] |= static_cast<std::uint8_t>(0x80u >> x % 8); }

  // Both keep at most kMostWidth dots of a row, and one row more than kMostRows, so that too high a picture is known for one.
  /// Data in rows, as of GS v 0. What is missing at the end is not there: the picture is only as high as its data.
  static Bitmap from_rows(ByteView data, std::size_t width, std::size_t height);
  /// Data in columns from the left, each of so many bytes from the top, as of ESC *. What is missing makes it narrower.
  static Bitmap from_columns(ByteView data, std::size_t width, std::size_t bytes_a_column);
  /// Blackens what is black in the other as well; it becomes as large as both.
  void add(const Bitmap& other);
};

}  // namespace greentill::escpos::picture
