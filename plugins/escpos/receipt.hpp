// SPDX-License-Identifier: Apache-2.0
// What a person holds in the hand: a strip of paper between two cuts.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace greentill::escpos {

struct Line {
  std::string text;     ///< UTF-8; columns that the job places apart are spaces apart
  unsigned width = 1;   ///< the widest letter's, as a multiple of the normal one's
  unsigned height = 1;  ///< likewise
  bool operator==(const Line&) const = default;
};

/// A barcode or two-dimensional code, by what it says.
struct Code {
  std::string symbology;  ///< "qr", "pdf417", "code128", "ean13", …
  std::string payload;    ///< what a scanner says of it; bytes, of any kind
  std::size_t line = 0;   ///< how many lines stand above it
  bool operator==(const Code&) const = default;
};

struct Receipt {
  std::vector<Line> lines;
  std::vector<Code> codes;
  unsigned drawer_pulses = 0;  ///< of a drawer that it opened, also right after its cut
  std::size_t begin = 0;       ///< its first byte in the job
  std::size_t end = 0;         ///< behind its last
  bool is_cut = false;         ///< ended by a cut; else by the job's end

  /// Nothing legible on it.
  [[nodiscard]] bool is_blank() const {
    for (const Line& line : lines) {
      if (line.text.find_first_not_of(' ') != std::string::npos) return false;
    }
    return codes.empty();
  }
};

}  // namespace greentill::escpos
