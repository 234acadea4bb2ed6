// SPDX-License-Identifier: Apache-2.0
// One line of paper as it is filled: text side by side, at tab stops or at places given in dots, not always from left to right.
// Threads: one.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "plugins/escpos/receipt.hpp"

namespace greentill::escpos {

class LineBuilder {
 public:
  void put(std::string_view text, unsigned columns, unsigned width, unsigned height);
  /// The next text begins there; columns of normal letters, from 0.
  void move_to(unsigned column);
  void move_by(int columns);

  [[nodiscard]] unsigned column() const { return column_; }
  [[nodiscard]] bool is_empty() const { return pieces_.empty(); }
  /// The line; empty afterwards.
  Line take();
  void clear();

 private:
  struct Piece {
    unsigned begin;
    unsigned end;
    std::string text;
  };
  std::vector<Piece> pieces_;
  unsigned column_ = 0;
  bool moved_ = false;
  unsigned width_ = 1;
  unsigned height_ = 1;
};

}  // namespace greentill::escpos
