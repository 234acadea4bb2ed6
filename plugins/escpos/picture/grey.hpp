// SPDX-License-Identifier: Apache-2.0
// A picture made ready to be read. Threads: pure functions.
#pragma once

#include <cstddef>
#include <vector>

#include "plugins/escpos/picture/bitmap.hpp"

namespace greentill::escpos::picture {

/// Rows of bytes from black (0) to white (255).
struct Grey {
  std::size_t width = 0;
  std::size_t height = 0;
  std::vector<unsigned char> dots;

  Grey(std::size_t across, std::size_t down) : width(across), height(down), dots(across * down, 255) {}
  [[nodiscard]] unsigned at(std::size_t x, std::size_t y) const { return dots[y * width + x]; }
  unsigned char& at(std::size_t x, std::size_t y) { return dots[y * width + x]; }
};

/// How a picture is made grey before it is read. Softened, the stroke through a zero and grey that was scattered into dots do not
/// pass for letters' shapes; different ways err in different places.
struct Look {
  unsigned softened = 1;  ///< so many times each dot becomes the average of the nine around it
  bool enlarged = false;  ///< by one half
};

/// White around a picture: letters that touch the edge are read badly.
inline constexpr std::size_t kMargin = 16;

/// With a margin, without rules between lines of text, white letters on black as black ones.
Grey grey_of(const Bitmap& bitmap, Look look);

/// Rows with something dark on them, between white ones: a line of text, or a logo.
struct Band {
  std::size_t top = 0;
  std::size_t bottom = 0;  ///< behind its last row
};
std::vector<Band> bands_of(const Grey& grey);
/// One band with a margin, reduced until large letters have the size of others.
Grey band_of(const Grey& grey, Band band);

}  // namespace greentill::escpos::picture
