// SPDX-License-Identifier: Apache-2.0
#include "tools/cli/claims/members.hpp"

#include <algorithm>

#include "tools/cli/common/when.hpp"

namespace greentill::cli {
namespace {

constexpr std::size_t kLabelWidth = 14;

std::string blanks_to(std::size_t width, const std::string& text) {
  return std::string(width - std::min(width, text.size()), ' ');
}

}  // namespace

std::string padded(const std::string& text, std::size_t width) { return text + blanks_to(width, text); }
std::string aligned_right(const std::string& text, std::size_t width) { return blanks_to(width, text) + text; }

const Json& member_at(const Json& json, const char* path) {
  static const Json kNothing;
  const Json::json_pointer pointer(path);
  return json.contains(pointer) ? json[pointer] : kNothing;
}

std::string text_at(const Json& json, const char* path) {
  const Json& value = member_at(json, path);
  if (value.is_null()) return {};
  return printable(value.is_string() ? value.get<std::string>() : dump(value));
}

std::string time_at(const Json& json, const char* path) {
  const Json& value = member_at(json, path);
  return value.is_number_integer() ? time_text(value.get<std::int64_t>()) : std::string();
}

std::string grams_at(const Json& json, const char* path) {
  const Json& value = member_at(json, path);
  return value.is_number_integer() ? grams_text(value.get<std::int64_t>()) : std::string();
}

std::string quantities_at(const Json& json, const char* path) {
  std::string all;
  const Json& value = member_at(json, path);
  if (!value.is_object()) return all;
  for (const auto& [unit, amount] : value.items()) all += (all.empty() ? "" : ", ") + text_at(amount, "") + " " + printable(unit);
  return all;
}

void Page::line(const char* label, const std::string& value) {
  if (!value.empty()) all += padded(label, kLabelWidth) + value + '\n';
}

}  // namespace greentill::cli
