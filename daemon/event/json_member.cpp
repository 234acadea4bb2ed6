// SPDX-License-Identifier: Apache-2.0
#include <nlohmann/json.hpp>

#include "daemon/base/json_nesting.hpp"
#include "daemon/event/json_reader.hpp"

namespace greentill::event {
namespace {

constexpr std::string_view kBlanks = " \t\r\n";

std::size_t behind_blanks(std::string_view text, std::size_t at) {
  return std::min(text.find_first_not_of(kBlanks, at), text.size());
}

/// The position behind the string that begins at `at`, or the text's end where the string does not end.
std::size_t behind_string(std::string_view text, std::size_t at) {
  JsonNesting nesting;
  do nesting.take(text[at++]);
  while (at < text.size() && nesting.in_string());
  return at;
}

/// Where a member's value ends: at the comma or bracket that follows, or at the text's end.
std::size_t end_of_value(std::string_view text, std::size_t at) {
  JsonNesting nesting;
  for (; at < text.size(); ++at) {
    if (nesting.outside() && (text[at] == ',' || text[at] == '}')) return at;
    nesting.take(text[at]);
  }
  return at;
}

bool is_name(std::string_view quoted, std::string_view name) {
  if (quoted.find('\\') == std::string_view::npos)
    return quoted.size() == name.size() + 2 && quoted.substr(1, name.size()) == name;
  const auto parsed = nlohmann::json::parse(quoted, nullptr, false);
  return parsed.is_string() && parsed.get_ref<const std::string&>() == name;
}

}  // namespace

std::optional<TakenMember> take_member(std::string_view object, std::string_view name) {
  std::size_t at = behind_blanks(object, object.starts_with("\xef\xbb\xbf") ? 3 : 0);
  if (at == object.size() || object[at] != '{') return std::nullopt;
  for (;;) {
    const std::size_t key = behind_blanks(object, at + 1);
    if (key == object.size() || object[key] != '"') return std::nullopt;
    const std::size_t key_end = behind_string(object, key);
    const std::size_t colon = behind_blanks(object, key_end);
    if (colon == object.size() || object[colon] != ':') return std::nullopt;
    const std::size_t begin = behind_blanks(object, colon + 1);
    const std::size_t end = end_of_value(object, begin);
    if (is_name(object.substr(key, key_end - key), name)) {
      std::string rest(object.substr(0, begin));
      return TakenMember{object.substr(begin, end - begin), rest.append("null").append(object.substr(end))};
    }
    if (end == object.size() || object[end] != ',') return std::nullopt;
    at = end;
  }
}

}  // namespace greentill::event
