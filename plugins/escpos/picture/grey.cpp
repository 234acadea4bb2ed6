// SPDX-License-Identifier: Apache-2.0
#include "plugins/escpos/picture/grey.hpp"

#include <algorithm>
#include <tuple>
#include <utility>

namespace greentill::escpos::picture {
namespace {

Grey with_margin(const Bitmap& bitmap) {
  Grey grey(bitmap.width + 2 * kMargin, bitmap.height + 2 * kMargin);
  for (std::size_t y = 0; y < bitmap.height; ++y) {
    for (std::size_t x = 0; x < bitmap.width; ++x) {
      if (bitmap.at(x, y)) grey.at(x + kMargin, y + kMargin) = 0;
    }
  }
  return grey;
}

Grey softened(const Grey& grey) {
  Grey soft(grey.width, grey.height);
  for (std::size_t y = 1; y + 1 < grey.height; ++y) {
    for (std::size_t x = 1; x + 1 < grey.width; ++x) {
      unsigned sum = 0;
      for (const std::size_t row : {y - 1, y, y + 1}) sum += grey.at(x - 1, row) + grey.at(x, row) + grey.at(x + 1, row);
      soft.at(x, y) = static_cast<unsigned char>(sum / 9);
    }
  }
  return soft;
}

/// By one half: three dots of two, between the two or four that are nearest, weighted in sixths.
Grey enlarged(const Grey& grey) {
  Grey large(grey.width * 3 / 2, grey.height * 3 / 2);
  const auto nearest = [](std::size_t at, std::size_t most) {
    const std::size_t sixths = at * 4 > 1 ? at * 4 - 1 : 0;
    const std::size_t first = std::min(sixths / 6, most - 1);
    return std::tuple{first, std::min(first + 1, most - 1), static_cast<unsigned>(sixths % 6)};
  };
  for (std::size_t y = 0; y < large.height; ++y) {
    const auto [above, below, down] = nearest(y, grey.height);
    for (std::size_t x = 0; x < large.width; ++x) {
      const auto [left, right, across] = nearest(x, grey.width);
      const unsigned upper = grey.at(left, above) * (6 - across) + grey.at(right, above) * across;
      const unsigned lower = grey.at(left, below) * (6 - across) + grey.at(right, below) * across;
      large.at(x, y) = static_cast<unsigned char>((upper * (6 - down) + lower * down) / 36);
    }
  }
  return large;
}

/// A rule between two lines of text can keep Tesseract from seeing them: what is wider than a letter and thinner than one goes.
void remove_rules(Grey& grey) {
  constexpr std::size_t kLeastWidth = 100;
  constexpr std::size_t kMostHeight = 6;
  const auto is_thin = [&](std::size_t x, std::size_t y) {
    std::size_t above = 0;
    std::size_t below = 0;
    while (above <= kMostHeight && grey.at(x, y - above) == 0) ++above;
    while (below <= kMostHeight && grey.at(x, y + below) == 0) ++below;
    return above + below - 1 <= kMostHeight;
  };
  std::vector<std::pair<std::size_t, std::size_t>> rules;  // row and dot: thickness is measured before anything goes
  for (std::size_t y = kMargin; y + kMargin < grey.height; ++y) {
    std::size_t begin = 0;
    for (std::size_t x = 0; x < grey.width; ++x) {
      if (grey.at(x, y) == 0) continue;
      for (std::size_t dot = begin; x - begin >= kLeastWidth && dot < x; ++dot) {
        if (is_thin(dot, y)) rules.emplace_back(y, dot);
      }
      begin = x + 1;
    }
  }
  for (const auto& [y, x] : rules) grey.at(x, y) = 255;
}

/// White letters on black, as headings are set: they become black on white.
void invert_banners(Grey& grey) {
  constexpr std::size_t kLeastHeight = 16;
  for (const Band& band : bands_of(grey)) {
    if (band.bottom - band.top < kLeastHeight) continue;
    std::size_t left = grey.width;
    std::size_t right = 0;
    std::size_t black = 0;
    for (std::size_t y = band.top; y < band.bottom; ++y) {
      for (std::size_t x = 0; x < grey.width; ++x) {
        if (grey.at(x, y) != 0) continue;
        left = std::min(left, x);
        right = std::max(right, x + 1);
        ++black;
      }
    }
    if (black * 2 < (right - left) * (band.bottom - band.top)) continue;
    for (std::size_t y = band.top; y < band.bottom; ++y) {
      for (std::size_t x = left; x < right; ++x) grey.at(x, y) = static_cast<unsigned char>(255 - grey.at(x, y));
    }
  }
}

}  // namespace

Grey grey_of(const Bitmap& bitmap, Look look) {
  Grey grey = with_margin(bitmap);
  remove_rules(grey);
  invert_banners(grey);
  for (unsigned i = 0; i < look.softened; ++i) grey = softened(grey);
  return look.enlarged ? enlarged(grey) : grey;
}

std::vector<Band> bands_of(const Grey& grey) {
  std::vector<Band> bands;
  bool inside = false;
  for (std::size_t y = 0; y < grey.height; ++y) {
    const auto row = grey.dots.begin() + static_cast<std::ptrdiff_t>(y * grey.width);
    const bool ink = std::any_of(row, row + static_cast<std::ptrdiff_t>(grey.width), [](unsigned char dot) { return dot < 128; });
    if (ink && !inside) bands.push_back({y, y});
    if (ink) bands.back().bottom = y + 1;
    inside = ink;
  }
  return bands;
}

Grey band_of(const Grey& grey, Band band) {
  constexpr std::size_t kLetters = 44;
  const std::size_t factor = (band.bottom - band.top + kLetters - 1) / kLetters;
  Grey part(grey.width / factor + 1, (band.bottom - band.top) / factor + 1 + 2 * kMargin);
  for (std::size_t y = kMargin; y + kMargin < part.height; ++y) {
    for (std::size_t x = 0; x < part.width; ++x) {
      unsigned sum = 0;
      unsigned count = 0;
      for (std::size_t row = band.top + (y - kMargin) * factor;
           row < std::min(band.top + (y - kMargin + 1) * factor, band.bottom); ++row) {
        for (std::size_t dot = x * factor; dot < std::min((x + 1) * factor, grey.width); ++dot) {
          sum += grey.at(dot, row);
          ++count;
        }
      }
      if (count > 0) part.at(x, y) = static_cast<unsigned char>(sum / count);
    }
  }
  return part;
}

}  // namespace greentill::escpos::picture
