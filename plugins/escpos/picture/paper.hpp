// SPDX-License-Identifier: Apache-2.0
// The paper that a printer draws pictures on, from the top down. It is bounded, so that a small job cannot fill the memory: rows,
// dots and, over the whole job, what is drawn. Threads: one.
#pragma once

#include <vector>

#include "plugins/escpos/picture/bitmap.hpp"

namespace greentill::escpos::picture {

/// How often each dot is printed, across and down.
struct Scale {
  std::size_t x = 1;
  std::size_t y = 1;
};

class Paper {
 public:
  /// Of one receipt.
  static constexpr std::size_t kMostDots = 5'000'000;
  /// Of one job: pictures that are stored can be printed again and again.
  static constexpr std::size_t kMostDrawn = 100'000'000;

  /// Its left upper corner is at x of the row at hand.
  void draw(const Bitmap& bitmap, std::size_t x, Scale scale);
  void move_down(std::size_t rows) { y_ += rows; }
  /// A feed: white rows, of which a gap keeps so many that it still parts what is above from what is below.
  void feed(std::size_t rows);

  [[nodiscard]] std::size_t y() const { return y_; }
  /// Takes back all that is drawn at and below that row, where a page began.
  void go_back_to(std::size_t y);
  /// What is drawn, without the white on the right; empty afterwards. Throws plugin::Unusable where it was more than paper holds.
  Bitmap take();

 private:
  static constexpr std::size_t kStride = kMostWidth / 8;

  std::vector<std::uint8_t> rows_;
  std::size_t width_ = 0;
  std::size_t y_ = 0;
  std::size_t drawn_ = 0;
  bool too_large_ = false;
};

}  // namespace greentill::escpos::picture
