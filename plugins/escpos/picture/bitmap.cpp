// SPDX-License-Identifier: Apache-2.0
#include "plugins/escpos/picture/bitmap.hpp"

#include <algorithm>

namespace greentill::escpos::picture {
namespace {

Bitmap white(std::size_t width, std::size_t height) {
  Bitmap bitmap{width, height, {}};
  bitmap.rows.resize(bitmap.stride() * height);
  return bitmap;
}

}  // namespace

Bitmap Bitmap::from_rows(ByteView data, std::size_t width, std::size_t height) {
  if (width == 0) return {};
  const std::size_t sent = (width + 7) / 8;
  Bitmap bitmap = white(std::min(width, kMostWidth), std::min({height, (data.size() + sent - 1) / sent, kMostRows + 1}));
  for (std::size_t y = 0; y < bitmap.height; ++y) {
    const ByteView row = data.subspan(y * sent, std::min(bitmap.stride(), data.size() - y * sent));
    std::copy(row.begin(), row.end(), bitmap.rows.begin() + static_cast<std::ptrdiff_t>(y * bitmap.stride()));
  }
  return bitmap;
}

Bitmap Bitmap::from_columns(ByteView data, std::size_t width, std::size_t bytes_a_column) {
  if (bytes_a_column == 0) return {};
  Bitmap bitmap = white(std::min({width, data.size() / bytes_a_column, kMostWidth}), std::min(bytes_a_column * 8, kMostRows + 1));
  for (std::size_t x = 0; x < bitmap.width; ++x) {
    for (std::size_t y = 0; y < bitmap.height; ++y) {
      if ((data[x * bytes_a_column + y / 8] & (0x80u >> y % 8)) != 0) bitmap.blacken(x, y);
    }
  }
  return bitmap;
}

void Bitmap::add(const Bitmap& other) {
  if (is_empty()) {
    *this = other;
    return;
  }
  if (other.width > width || other.height > height) {
    Bitmap larger = white(std::max(width, other.width), std::max(height, other.height));
    for (std::size_t y = 0; y < height; ++y) {
      std::copy_n(rows.begin() + static_cast<std::ptrdiff_t>(y * stride()), stride(),
                  larger.rows.begin() + static_cast<std::ptrdiff_t>(y * larger.stride()));
    }
    *this = std::move(larger);
  }
  for (std::size_t y = 0; y < other.height; ++y) {
    for (std::size_t byte = 0; byte < other.stride(); ++byte) rows[y * stride() + byte] |= other.rows[y * other.stride() + byte];
  }
}

}  // namespace greentill::escpos::picture
