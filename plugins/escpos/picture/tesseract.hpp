// SPDX-License-Identifier: Apache-2.0
// Reads what is written on a picture with Tesseract 5, which is loaded only here and only when it is asked for: who prints text
// needs neither its packages nor its memory. What is read comes from outside and goes through a large library: use it in a
// confined child alone. Threads: one an object.
#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "plugins/escpos/picture/bitmap.hpp"
#include "plugins/escpos/picture/grey.hpp"

namespace greentill::escpos::picture {

struct Word {
  std::string text;      ///< UTF-8, without spaces
  unsigned line = 0;     ///< words of one line have one number; lines come from the top down
  std::size_t left = 0;  ///< dots of the picture as it was read, enlarged or not, from the edge of its margin
  std::size_t right = 0;
  std::size_t top = 0;
  std::size_t bottom = 0;
};

class Tesseract {
 public:
  /// `languages` as Tesseract names them ("eng", "chi_sim"), one at least; `data`: the folder of their files. Throws
  /// std::runtime_error, which says what is missing and which package has it.
  Tesseract(const std::vector<std::string>& languages, const std::string& data);
  ~Tesseract();
  Tesseract(const Tesseract&) = delete;
  Tesseract& operator=(const Tesseract&) = delete;

  /// Line by line, each from left to right; empty where nothing is written. Throws plugin::Unusable when the time is over, and
  /// where Tesseract fails.
  std::vector<Word> read(const Bitmap& bitmap, Look look, std::chrono::milliseconds most);

 private:
  using Deadline = std::chrono::steady_clock::time_point;

  std::vector<Word> read_part(const Grey& grey, bool one_line, int dots_an_inch, Deadline deadline);

  struct Library;
  struct Engine;
  std::unique_ptr<Library> library_;
  std::unique_ptr<Engine> engine_;
};

}  // namespace greentill::escpos::picture
