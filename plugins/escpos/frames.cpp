// SPDX-License-Identifier: Apache-2.0
#include "plugins/escpos/frames.hpp"

#include "daemon/base/utf8.hpp"

namespace greentill::escpos {
namespace {

constexpr std::size_t kLeastRun = 3;
/// What frames are made of where a printer draws none; also of wide letters.
constexpr std::u32string_view kSigns = U"-=_*+~.#:!'\u00b7\uff0d\uff1d\uff3f\uff0a\u30fb\u2014\u2015";

bool is_bar(char32_t point) {
  return std::u32string_view(U"|\u00a6\uff5c\uffe4\u2502\u2503\u2551").find(point) != std::u32string_view::npos;
}
bool is_drawn(char32_t point) { return point >= 0x2500 && point <= 0x259f; }  // box drawing, block elements

bool is_all_drawn(std::string_view line) {
  for (std::size_t at = 0; at < line.size();) {
    const char32_t point = next_code_point(line, at);
    if (point != U' ' && !is_bar(point) && !is_drawn(point) && kSigns.find(point) == std::u32string_view::npos) return false;
  }
  return true;
}

/// Where the run of a sign ends that begins at `at`; `at` where none does.
std::size_t end_of_run(std::string_view line, std::size_t at) {
  std::size_t end = at;
  const char32_t sign = next_code_point(line, end);
  if (kSigns.find(sign) == std::u32string_view::npos) return at;
  std::size_t signs = 1;
  for (std::size_t next = end; next < line.size() && next_code_point(line, next) == sign; end = next) ++signs;
  return signs >= kLeastRun ? end : at;
}

/// A lone sign at both ends is the side of a frame.
void drop_sides(std::string& line) {
  const std::size_t first = line.find_first_not_of(' ');
  const std::size_t last = line.find_last_not_of(' ');
  if (first == std::string::npos || last < first + 4 || line[first] != line[last]) return;
  const bool lone = line[first + 1] == ' ' && line[last - 1] == ' ';
  if (!lone || std::string_view("*#+-=:!~.").find(line[first]) == std::string_view::npos) return;
  line[first] = line[last] = ' ';
}

}  // namespace

std::string without_frames(std::string_view line) {
  if (is_all_drawn(line)) return {};
  std::string text;
  for (std::size_t at = 0; at < line.size();) {
    if (const std::size_t end = end_of_run(line, at); end > at) {
      text += ' ';
      at = end;
      continue;
    }
    const std::size_t begin = at;
    const char32_t point = next_code_point(line, at);
    if (is_bar(point)) {
      text += kCellEnd;
    } else if (is_drawn(point)) {
      text += ' ';
    } else {
      text += line.substr(begin, at - begin);
    }
  }
  drop_sides(text);
  return text;
}

}  // namespace greentill::escpos
