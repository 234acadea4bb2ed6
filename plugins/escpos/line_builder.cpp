// SPDX-License-Identifier: Apache-2.0
#include "plugins/escpos/line_builder.hpp"

#include <algorithm>

namespace greentill::escpos {
namespace {

// Wider than any paper: what a hostile job asks for beyond it is put there.
constexpr unsigned kMostColumns = 1024;

}  // namespace

void LineBuilder::put(std::string_view text, unsigned columns, unsigned width, unsigned height) {
  if (pieces_.empty() || moved_) {
    pieces_.push_back({column_, column_, {}});
    moved_ = false;
  }
  Piece& piece = pieces_.back();
  piece.text += text;
  piece.end += columns * width;
  column_ = piece.end;
  width_ = std::max(width_, width);
  height_ = std::max(height_, height);
}

void LineBuilder::move_to(unsigned column) {
  column_ = std::min(column, kMostColumns);
  moved_ = true;
}

void LineBuilder::move_by(int columns) {
  const unsigned back = columns < 0 ? static_cast<unsigned>(-columns) : 0;
  move_to(columns < 0 ? column_ - std::min(column_, back) : column_ + static_cast<unsigned>(columns));
}

Line LineBuilder::take() {
  std::stable_sort(pieces_.begin(), pieces_.end(), [](const Piece& a, const Piece& b) { return a.begin < b.begin; });
  Line line{{}, width_, height_};
  const Piece* before = nullptr;
  for (const Piece& piece : pieces_) {
    // Struck twice at one place, for bold letters.
    if (before != nullptr && before->begin == piece.begin && before->text == piece.text) continue;
    const unsigned end = before == nullptr ? 0 : before->end;
    if (piece.begin > end) line.text.append(piece.begin - end, ' ');
    if (before != nullptr && piece.begin < end) line.text += ' ';
    line.text += piece.text;
    before = &piece;
  }
  clear();
  return line;
}

void LineBuilder::clear() {
  pieces_.clear();
  column_ = 0;
  moved_ = false;
  width_ = 1;
  height_ = 1;
}

}  // namespace greentill::escpos
