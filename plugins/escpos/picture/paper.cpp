// SPDX-License-Identifier: Apache-2.0
#include "plugins/escpos/picture/paper.hpp"

#include <algorithm>
#include <string>

#include "plugins/common/values/limits.hpp"

namespace greentill::escpos::picture {
namespace {

constexpr std::size_t kMostGap = 120;

}  // namespace

void Paper::draw(const Bitmap& bitmap, std::size_t x, Scale scale) {
  if (bitmap.is_empty() || x >= kMostWidth) return;
  const std::size_t height = bitmap.height * scale.y;
  const std::size_t width = std::min(bitmap.width * scale.x, kMostWidth - x);
  drawn_ += width * height;
  too_large_ = too_large_ || y_ + height > kMostRows || drawn_ > kMostDrawn;
  if (too_large_) return;
  width_ = std::max(width_, x + width);
  if (rows_.size() < (y_ + height) * kStride) rows_.resize((y_ + height) * kStride);
  for (std::size_t row = 0; row < height; ++row) {
    std::uint8_t* const to = &rows_[(y_ + row) * kStride];
    for (std::size_t column = 0; column < width; ++column) {
      if (bitmap.at(column / scale.x, row / scale.y))
        to[(x + column) / 8] |= static_cast<std::uint8_t>(0x80u >> (x + column) % 8);
    }
  }
}

void Paper::feed(std::size_t rows) {
  const std::size_t drawn = rows_.size() / kStride;
  y_ = std::max(y_, std::min(y_ + rows, drawn + kMostGap));
}

void Paper::go_back_to(std::size_t y) {
  y_ = std::min(y, y_);
  rows_.resize(std::min(rows_.size(), y_ * kStride));
}

Bitmap Paper::take() {
  Bitmap bitmap{width_, rows_.size() / kStride, {}};
  const bool too_large = too_large_ || bitmap.width * bitmap.height > kMostDots;
  for (std::size_t y = 0; y < bitmap.height && !too_large; ++y) {
    const auto row = rows_.begin() + static_cast<std::ptrdiff_t>(y * kStride);
    bitmap.rows.insert(bitmap.rows.end(), row, row + static_cast<std::ptrdiff_t>(bitmap.stride()));
  }
  rows_.clear();
  width_ = y_ = 0;
  too_large_ = false;
  if (too_large) {
    throw plugin::Unusable("its pictures are larger than a receipt's: more than " + std::to_string(kMostRows) + " rows, " +
                           std::to_string(kMostDots) + " dots, or " + std::to_string(kMostDrawn) + " in the whole job");
  }
  return bitmap;
}

}  // namespace greentill::escpos::picture
