// SPDX-License-Identifier: Apache-2.0
#include "plugins/journal/columns.hpp"

#include <algorithm>
#include <stdexcept>

#include "daemon/base/text.hpp"
#include "daemon/base/utf8.hpp"
#include "daemon/event/card_mask.hpp"

namespace greentill::journal {
namespace {

constexpr std::size_t kMostShown = 40;
constexpr std::size_t kMostNameBytes = 60;

/// Nothing that a terminal would take for a command, or that would turn the text around.
bool is_plain(std::string_view name) {
  for (std::size_t at = 0; at < name.size();) {
    const char32_t point = next_code_point(name, at);
    const bool is_control = point < 0x20 || (point >= 0x7f && point < 0xa0);
    const bool is_format =
        (point >= 0x200b && point < 0x2010) || (point >= 0x2028 && point < 0x202f) || (point >= 0x2060 && point < 0x2070);
    if (point == kNoCodePoint || is_control || is_format) return false;
  }
  return name.size() <= kMostNameBytes;
}

std::string shown(std::string name) {
  event::mask_card_numbers(name);
  return is_plain(name) ? "'" + name + "'" : "one that cannot be shown";
}

std::string what_is_there(const Fields& header) {
  std::string all;
  for (std::size_t i = 0; i < std::min(header.size(), kMostShown); ++i) all += (i > 0 ? ", " : "") + shown(header[i]);
  const std::size_t more = header.size() - std::min(header.size(), kMostShown);
  return all + (more > 0 ? " and " + std::to_string(more) + " more" : "");
}

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

std::size_t behind_character(std::string_view text, std::size_t at) {
  next_code_point(text, at);
  return at;
}

}  // namespace

bool Column::find(const Fields& header) {
  for (const std::string_view part : split(names_, '|')) {
    const std::string_view name = trimmed(part);
    const auto is_it = [name](const std::string& field) { return trimmed(field) == name; };
    const auto found = std::find_if(header.begin(), header.end(), is_it);
    if (found == header.end()) continue;
    if (std::find_if(found + 1, header.end(), is_it) != header.end()) {
      throw std::runtime_error("the header has the column '" + std::string(name) + "' twice");
    }
    found_ = name;
    index_ = static_cast<std::size_t>(found - header.begin());
    return true;
  }
  found_.clear();
  return false;
}

void bind(const std::vector<Column*>& columns, const Fields& header, char delimiter) {
  const Column* missing = nullptr;
  bool any = false;
  for (Column* column : columns) {
    const bool found = column->find(header);
    any = any || found;
    if (!found && missing == nullptr) missing = column;
  }
  if (missing == nullptr) return;
  throw std::runtime_error("the header lacks the column '" + missing->name() + "'" +
                           (any ? "; it has " + what_is_there(header)
                                : ", and all others of the mapping: the first line may be no header, or its fields not be "
                                  "separated by '" +
                                      std::string(1, delimiter) + "'"));
}

bool matches(std::string_view pattern, std::string_view text) {
  std::size_t at = 0;
  std::size_t in = 0;
  std::size_t star = std::string::npos;  // the last one of the pattern
  std::size_t retry = 0;                 // where it stops to stand for characters
  while (at < text.size()) {
    if (in < pattern.size() && pattern[in] == '*') {
      star = in++;
      retry = at;
    } else if (in < pattern.size() && pattern[in] == '?') {
      ++in;
      at = behind_character(text, at);
    } else if (in < pattern.size() && lower(pattern[in]) == lower(text[at])) {
      ++in;
      ++at;
    } else if (star != std::string::npos) {
      in = star + 1;
      at = retry = behind_character(text, retry);
    } else {
      return false;
    }
  }
  return pattern.find_first_not_of('*', in) == std::string::npos;
}

bool LeftOut::has(std::string_view value) const {
  return std::any_of(patterns.begin(), patterns.end(), [&](const std::string& pattern) { return matches(pattern, value); });
}

}  // namespace greentill::journal
