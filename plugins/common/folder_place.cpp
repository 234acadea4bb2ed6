// SPDX-License-Identifier: Apache-2.0
#include "plugins/common/folder_place.hpp"

#include <algorithm>
#include <charconv>

namespace greentill::plugin {
namespace {

constexpr std::string_view kVersion = "f1";

bool read_number(std::string_view text, std::uint64_t& value) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc() && end == text.data() + text.size();
}

std::optional<FolderPlace::Known> parse_known(std::string_view word) {
  FolderPlace::Known known;
  const std::size_t colon = word.find(':');
  if (colon == std::string_view::npos || !read_number(word.substr(0, colon), known.inode)) return std::nullopt;
  known.print = word.substr(colon + 1);
  if (known.print.size() != 16 || known.print.find_first_not_of("0123456789abcdef") != std::string::npos) return std::nullopt;
  return known;
}

}  // namespace

std::string FolderPlace::text() const {
  std::string text = std::string(kVersion) + " " + std::to_string(records);
  const auto add = [&](const Known& known) { text += " " + std::to_string(known.inode) + ":" + known.print; };
  add(current);
  for (const Known& known : whole) add(known);
  return text;
}

std::optional<FolderPlace> FolderPlace::parse(std::string_view text) {
  std::vector<std::string_view> words;
  while (!text.empty()) {
    const std::size_t space = std::min(text.find(' '), text.size());
    words.push_back(text.substr(0, space));
    text.remove_prefix(std::min(space + 1, text.size()));
  }
  FolderPlace place;
  if (words.size() < 3 || words[0] != kVersion || !read_number(words[1], place.records)) return std::nullopt;
  for (std::size_t i = 2; i < words.size(); ++i) {
    const auto known = parse_known(words[i]);
    if (!known) return std::nullopt;
    if (i == 2) {
      place.current = *known;
    } else {
      place.whole.push_back(*known);
    }
  }
  return place;
}

}  // namespace greentill::plugin
