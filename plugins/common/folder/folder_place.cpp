// SPDX-License-Identifier: Apache-2.0
#include "plugins/common/folder/folder_place.hpp"

#include <algorithm>

#include "daemon/base/hex_digits.hpp"
#include "daemon/base/text.hpp"

namespace greentill::plugin {
namespace {

constexpr std::string_view kVersion = "f1";

std::optional<FolderPlace::Known> parse_known(std::string_view word) {
  const auto parts = split(word, ':');
  const auto inode = parse_integer<std::uint64_t>(parts[0]);
  const bool is_print = parts.size() == 2 && parts[1].size() == 16 && is_lower_hex(parts[1]);
  if (!inode || !is_print) return std::nullopt;
  return FolderPlace::Known{*inode, std::string(parts[1])};
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
  const auto words = split(text, ' ');
  const auto records = parse_integer<std::uint64_t>(words[std::min<std::size_t>(1, words.size() - 1)]);
  if (words.size() < 3 || words[0] != kVersion || !records) return std::nullopt;
  FolderPlace place{*records, {}, {}};
  for (std::size_t i = 2; i < words.size(); ++i) {
    const auto known = parse_known(words[i]);
    if (!known) return std::nullopt;
    place.whole.push_back(*known);
  }
  place.current = std::move(place.whole.front());
  place.whole.erase(place.whole.begin());
  return place;
}

}  // namespace greentill::plugin
