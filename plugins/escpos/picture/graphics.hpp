// SPDX-License-Identifier: Apache-2.0
// ESC/POS commands that draw (Epson's command reference): GS v 0, GS ( L and GS 8 L, ESC *, GS * with GS /, FS q with FS p, GS Q
// 0, and those that move the paper between them. Tills cut a receipt's picture into strips; here they come out as the one that
// the paper shows. Other commands do nothing. Threads: one.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <vector>

#include "plugins/escpos/picture/paper.hpp"

namespace greentill::escpos::picture {

class Graphics {
 public:
  /// Of a job in order, each with its parameters as the job has them: one that is cut off has fewer than it says.
  void control(std::uint8_t code);
  void command(std::uint8_t prefix, std::uint8_t code, ByteView parameters);
  /// All that is drawn since the last call. Throws as Paper::take() does.
  Bitmap take();

 private:
  /// What is stored and not printed yet: one plane a colour, or a bit of a tone's number.
  struct Buffer {
    Bitmap ink;
    std::vector<Bitmap> tones;
    Scale scale;
  };

  void on_esc(std::uint8_t code, ByteView p);
  void on_gs(std::uint8_t code, ByteView p);
  void on_fs(std::uint8_t code, ByteView p);
  void on_graphics(ByteView p);
  void store(ByteView p, bool in_columns);
  void store_by_key(ByteView p, bool in_columns, bool in_memory);
  void print_buffer();
  void store_numbered(ByteView p);
  void columns(ByteView p);
  void print(const Bitmap& bitmap, Scale scale);
  void end_line();
  void line_feed(std::size_t lines);

  Paper paper_;
  std::size_t x_ = 0;            // where the next column of ESC * comes
  std::size_t line_height_ = 0;  // of what ESC * has drawn on the line at hand
  bool page_ = false;
  std::size_t page_begin_ = 0;
  Bitmap downloaded_;                 // GS *
  std::vector<Bitmap> numbered_;      // FS q
  std::map<unsigned, Bitmap> keyed_;  // GS ( L, functions 67 and 83
  Buffer buffer_;                     // GS ( L, functions 112 and 113
};

}  // namespace greentill::escpos::picture
